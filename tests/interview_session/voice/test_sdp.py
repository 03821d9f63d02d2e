"""Which descriptions of a peer are taken, and which of its candidates may be sent to."""

import pytest

from app.interview_session.voice.calls.sdp import (
    MAX_CANDIDATES,
    SdpError,
    check_offer,
    may_send_to,
    without_forbidden_candidates,
)


def candidate(address: str, port: int = 40000, transport: str = "udp") -> str:
    return f"candidate:1 1 {transport} 2122 {address} {port} typ host"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_public_addresses_may_be_sent_to(address: str) -> None:
    assert may_send_to(candidate(address), allow_private=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "fd00::1",
        "100.64.0.1",
    ],
)
def test_private_addresses_may_be_sent_to_only_where_that_is_allowed(address: str) -> None:
    assert not may_send_to(candidate(address), allow_private=False)
    assert may_send_to(candidate(address), allow_private=True)


@pytest.mark.parametrize(
    "line",
    [
        candidate("224.0.0.1"),
        candidate("0.0.0.0"),
        candidate("abc.local"),
        candidate("example.com"),
        candidate("8.8.8.8", 53),
        candidate("8.8.8.8", 70000),
        candidate("8.8.8.8", transport="tcp"),
        "candidate:1 1 udp",
        "",
    ],
)
def test_others_are_never_sent_to(line: str) -> None:
    assert not may_send_to(line, allow_private=True)


def test_a_description_keeps_everything_but_those() -> None:
    lines = [
        "v=0",
        "m=audio 9 RTP 0",
        f"a={candidate('10.0.0.1')}",
        f"a={candidate('8.8.8.8')}",
        "a=end-of-candidates",
    ]

    kept = without_forbidden_candidates("\r\n".join(lines), allow_private=False)

    assert kept.splitlines() == [line for line in lines if "10.0.0.1" not in line]


def test_there_is_an_end_to_candidates() -> None:
    sdp = "\n".join(f"a={candidate('8.8.8.8')}" for _ in range(MAX_CANDIDATES + 5))
    assert len(without_forbidden_candidates(sdp, allow_private=False).splitlines()) == MAX_CANDIDATES


SHA_256 = "sha-256 " + ":".join(["A1"] * 32)
AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111"


def description(*lines: str) -> str:
    return "\r\n".join(["v=0", *lines]) + "\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        (AUDIO, f"a=fingerprint:{SHA_256}"),
        (f"a=fingerprint:{SHA_256}", AUDIO),
        (f"a=fingerprint:{SHA_256}", AUDIO, f"a=fingerprint:{SHA_256}"),
        (AUDIO, f"a=fingerprint:{SHA_256.lower()}"),
        (AUDIO, f"a=fingerprint:{SHA_256.upper()}"),
        (AUDIO, "a=fingerprint:sha-384 " + ":".join(["00"] * 48)),
        (AUDIO, "a=fingerprint:sha-512 " + ":".join(["00"] * 64)),
        (AUDIO, "a=fingerprint:sha-1 " + ":".join(["00"] * 20), f"a=fingerprint:{SHA_256}"),
        ("a=group:BUNDLE 0 1", "m=video 9 X 96", f"a=fingerprint:{SHA_256}", AUDIO),
    ],
)
def test_a_description_by_which_its_peer_can_be_known_is_taken(lines: tuple[str, ...]) -> None:
    check_offer(description(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        (AUDIO,),
        (AUDIO, "a=fingerprint:"),
        (AUDIO, "a=fingerprint:sha-256"),
        (AUDIO, "a=fingerprint:sha-256 ZZ"),
        (AUDIO, "a=fingerprint:sha-256 " + ":".join(["ZZ"] * 32)),
        (AUDIO, "a=fingerprint:sha-256 " + ":".join(["A1"] * 31)),
        (AUDIO, "a=fingerprint:sha-512 " + ":".join(["A1"] * 32)),
        (AUDIO, "a=fingerprint:sha-256 " + "A1" * 32),
        (AUDIO, "a=fingerprint:sha-256 " + "A1-" * 31 + "A1"),
        (AUDIO, "a=fingerprint:md6 " + ":".join(["A1"] * 32)),
        (AUDIO, "a=fingerprint:sha-1 " + ":".join(["00"] * 20)),
        (AUDIO, f"a=fingerprint:{SHA_256}", "a=fingerprint:sha-256 ZZ"),
        ("a=fingerprint:sha-256 ZZ", AUDIO, f"a=fingerprint:{SHA_256}"),
        ("m=video 9 X 96", f"a=fingerprint:{SHA_256}", AUDIO),
    ],
)
def test_a_description_by_which_no_peer_can_be_known_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(SdpError):
        check_offer(description(*lines))
