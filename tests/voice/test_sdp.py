"""Which candidates of a peer may be sent to."""

import pytest

from app.interview_session.voice.sdp import MAX_CANDIDATES, may_send_to, without_forbidden_candidates


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
