"""Which descriptions of a peer are taken, and which of its candidates may be sent to."""

import pytest

from app.interview_session.voice.calls.sdp import (
    MAX_CANDIDATES,
    RemoteCandidates,
    SdpError,
    check_offer,
    may_send_to,
    peer_identity,
    without_forbidden_candidates,
)


def candidate(address: str, port: int = 40000, transport: str = "udp") -> str:
    return f"candidate:1 1 {transport} 2122 {address} {port} typ host"


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]
)
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
        "fec0::1",
        "5f00::1",
        "100.64.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::192.168.1.1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2002:a9fe:a9fe::1",
        "2001:0:53aa:64c::1",
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
        candidate("::"),
        candidate("::ffff:0.0.0.0"),
        candidate("64:ff9b::224.0.0.1"),
        candidate("2002:e000:1::1"),
        candidate("ff02::1"),
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


def public() -> RemoteCandidates:
    return RemoteCandidates(allow_private=False)


def test_a_description_keeps_everything_but_those() -> None:
    lines = ["v=0", "m=audio 9 RTP 0", f"a={candidate('10.0.0.1')}", f"a={candidate('8.8.8.8')}", "a=mid:0"]

    kept = without_forbidden_candidates("\r\n".join(lines), public())

    assert kept.splitlines() == [line for line in lines if "10.0.0.1" not in line]


@pytest.mark.parametrize(
    ("candidates", "stays"),
    [
        (["8.8.8.8"], True),
        (["8.8.8.8", "10.0.0.1"], False),
        (["10.0.0.1"], False),
        ([], False),
    ],
)
def test_candidates_have_an_end_only_where_all_of_them_stay(candidates: list[str], stays: bool) -> None:
    lines = [f"a={candidate(address)}" for address in candidates]

    kept = without_forbidden_candidates("\r\n".join([*lines, "a=end-of-candidates"]), public())

    assert ("a=end-of-candidates" in kept) is stays


def test_addresses_are_limited_over_a_whole_call() -> None:
    candidates = public()
    sdp = "\n".join(f"a={candidate('8.8.8.8', 40_000 + number)}" for number in range(MAX_CANDIDATES - 1))
    assert len(without_forbidden_candidates(sdp, candidates).splitlines()) == MAX_CANDIDATES - 1

    assert candidates.admit(candidate("8.8.4.4"))
    assert not candidates.admit(candidate("8.8.4.4", 40_001))
    assert not candidates.admit(candidate("2606:4700:4700::1111"))


def test_an_address_that_is_named_again_counts_once() -> None:
    candidates = public()
    for _ in range(MAX_CANDIDATES):
        assert candidates.admit(candidate("2606:4700:4700::1111"))
        assert candidates.admit(candidate("2606:4700:4700:0:0:0:0:1111"))

    assert candidates.admit(candidate("8.8.8.8"))


def test_what_must_not_be_sent_to_uses_nothing_up() -> None:
    candidates = public()
    for number in range(MAX_CANDIDATES):
        assert not candidates.admit(candidate("10.0.0.1", 40_000 + number))

    assert candidates.admit(candidate("8.8.8.8"))


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
    assert check_offer(description(*lines)) is None  # type: ignore[func-returns-value]


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


def test_a_peer_is_known_by_its_certificate_and_its_name() -> None:
    first = description("a=group:BUNDLE 0", AUDIO, "a=ice-ufrag:abcd", f"a=fingerprint:{SHA_256}")
    renegotiated = description("a=group:BUNDLE 0", f"a=fingerprint:{SHA_256.lower()}", "a=ice-ufrag:abcd", AUDIO)
    restarted = first.replace("abcd", "efgh")
    reloaded = first.replace("A1", "B2")

    assert peer_identity(first) == peer_identity(renegotiated)
    assert peer_identity(first) != peer_identity(restarted)
    assert peer_identity(first) != peer_identity(reloaded)
