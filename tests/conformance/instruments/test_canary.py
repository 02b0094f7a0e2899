"""Canaries are found through every encoding, nothing else is, and the work stays in proportion."""

from __future__ import annotations

import base64
import gzip
import json
import string
import subprocess
import sys
import zlib
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped] # it has no annotations
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.instruments.canary import Canary, Detector, Finding, Limits, Report, mint, search
from conformance.instruments.canary.meter import MIB
from tests.conformance.instruments.encodings import Hidden, bomb, hidden_texts, seeded

if TYPE_CHECKING:
    from collections.abc import Callable

FLOCK = [mint(f"place {number}", source=Random(number)) for number in range(60)]
CANARY = FLOCK[7]
TOKEN = CANARY.token.encode()
DEFLATED = zlib.compress(TOKEN, wbits=-15)
DETECTOR = Detector(FLOCK)

SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": "POST /v1/project",
    "attributes": [
        {"key": "http.url", "value": {"stringValue": "https://localhost/v1/project?name=%C3%A9"}},
        {"key": "org.id", "value": {"stringValue": "8d1a0c86-2f8a-4f61-9d8c-0d6c1d1b7a55"}},
        {"key": "agent", "value": {"stringValue": 'Zoë\'s "agent"\\1.0\n'}},
    ],
}
TELEMETRY = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [SPAN] * 20}]}]}).encode()

thorough = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def found(data: bytes) -> list[tuple[Canary, str]]:
    """What is in some bytes, with how it was hidden."""
    report = DETECTOR.search(data)
    assert not report.truncated
    return [(finding.canary, " > ".join(finding.chain)) for finding in report.findings]


def test_minted_canaries_are_unlike_anything() -> None:
    """Each is its own, long, begins with a letter, and mixes cases and digits."""
    minted = [mint("input") for _ in range(200)]
    assert len({canary.token.lower() for canary in minted}) == 200
    for canary in minted:
        assert len(canary.token) == 32
        assert canary.token[0] in string.ascii_letters
        assert set(canary.token) <= set(string.ascii_letters + string.digits)
        assert canary.token not in (canary.token.lower(), canary.token.upper())


def test_same_seed_mints_same_canary() -> None:
    """A run can be repeated with the very same canaries."""
    assert mint("tag", source=Random(3)) == mint("tag", source=Random(3))


@pytest.mark.parametrize("token", ["short", "ü" * 40, "a b" * 20])
def test_weak_canaries_are_refused(token: str) -> None:
    """What chance could bring about, or an encoding would change, is no canary."""
    with pytest.raises(ValueError, match=r"no canary: expected at least 32 ASCII letters and"):
        Canary(token, "input")


@thorough
@given(hidden=hidden_texts(CANARY.token))
def test_canary_is_found_under_any_composition(hidden: Hidden) -> None:
    """Up to three encodings in any order, with anything around them, hide nothing."""
    report = DETECTOR.search(hidden.data)
    assert [finding.canary for finding in report.findings] == [CANARY]
    assert not report.truncated


@thorough
@given(hidden=hidden_texts("T7hisIsNoCanaryThatAnybodyPlanted", depth=3))
def test_nothing_is_found_where_nothing_is(hidden: Hidden) -> None:
    """Encoded data without a canary are silent."""
    assert found(hidden.data) == []


@thorough
@given(data=st.binary(max_size=4000))
def test_random_bytes_are_silent(data: bytes) -> None:
    """In random bytes no canary is seen."""
    assert found(data) == []


@pytest.mark.parametrize(
    "pack",
    [bytes, gzip.compress, zlib.compress, brotli.compress],
    ids=["identity", "gzip", "zlib", "brotli"],
)
def test_telemetry_is_silent(pack: Callable[[bytes], bytes]) -> None:
    """Ordinary telemetry, full of ids and escapes, is no leak, and is read to its end."""
    assert found(pack(TELEMETRY)) == []


CHAINS = {
    "": b"<" + TOKEN + b">",
    "upper case": TOKEN.upper(),
    "lower case": TOKEN.lower(),
    "other case": TOKEN.swapcase(),
    "base64": b"%41=" + base64.b64encode(b"a" + TOKEN),
    "base64 (offset 2)": b"xy" + base64.b64encode(TOKEN),
    "gzip > hex": gzip.compress(TOKEN.hex().encode()),
    "zlib > hex (offset 1)": b"junk" + zlib.compress(b"0" + TOKEN.hex().encode()),
    "brotli > hex > lower case": brotli.compress(TOKEN.lower().hex().encode()),
    "JSON": b'{"a": "' + b"".join(b"\\u%04x" % code for code in TOKEN) + b'"}',
    "percent": b"a=" + b"".join(b"%%%02X" % code for code in TOKEN),
    "UTF-16": TOKEN.decode().encode("utf-16"),
    "protobuf > deflate": b"\x0a%c" % len(DEFLATED) + DEFLATED,
}


@pytest.mark.parametrize("chain", CHAINS)
def test_finding_names_the_encodings(chain: str) -> None:
    """A finding says what had to be undone, the outermost first."""
    assert found(CHAINS[chain]) == [(CANARY, chain)]


def test_shortest_chain_is_reported() -> None:
    """A canary that is there twice is found once, where it was least hidden."""
    data = gzip.compress(base64.b64encode(TOKEN)) + base64.b64encode(TOKEN)
    assert [chain.startswith("base64") for _, chain in found(data)] == [True]


def test_all_canaries_are_found() -> None:
    """Each canary is reported for itself."""
    data = gzip.compress(b",".join(canary.token.encode() for canary in FLOCK))
    assert [canary for canary, _ in found(data)] == FLOCK


@pytest.mark.parametrize("stray", ["%", "%4", "\\u", "\\u12"])
def test_stray_escape_costs_no_finding(stray: str) -> None:
    """An escape that broke off just before a canary takes its first characters only."""
    canary = Canary("abcd" + CANARY.token, "input")
    escape = "%%%02x" if stray[0] == "%" else "\\u%04x"
    data = stray + canary.token[:-1] + escape % ord(canary.token[-1])
    assert [finding.canary for finding in search(data.encode(), [canary]).findings] == [canary]


def test_members_of_one_file_belong_together() -> None:
    """A canary across the seam of two members of gzip is found."""
    data = gzip.compress(TOKEN[:15]) + gzip.compress(TOKEN[15:])
    assert found(data + gzip.compress(b"more")) == [(CANARY, "gzip")]


def test_cut_stream_is_read_as_far_as_it_goes() -> None:
    """Compressed data that lost its end gives what came before."""
    data = gzip.compress(TOKEN.hex().encode() + seeded(5000).hex().encode())
    assert found(data[: len(data) // 2]) == [(CANARY, "gzip > hex")]


def test_depth_is_three() -> None:
    """What lies deeper than three encodings is beyond the promise."""
    data = TOKEN
    for _ in range(3):
        data = gzip.compress(data)
    assert found(data) == [(CANARY, "gzip > gzip > gzip")]
    assert found(gzip.compress(data)) == []


def test_finding_reads_as_one_line() -> None:
    """A report shows where the text was planted, where it was heard and how it was hidden."""
    canary = Canary(CANARY.token, "input of a row")
    assert str(Finding(canary, ())) == "input of a row: as it is"
    assert (
        str(Finding(canary, ("gzip", "base64"), "the body"))
        == "input of a row in the body: gzip > base64"
    )


def test_nothing_is_in_nothing() -> None:
    """No bytes, and no canaries, are no trouble."""
    assert search(b"", FLOCK) == Report((), truncated=False, work=0)
    assert search(TOKEN, []).findings == ()


# What a body can be made of to make work: each for a different reader.
HOSTILE = {
    "random": seeded(MIB),
    "base64": base64.b64encode(seeded(MIB * 3 // 4)),
    "zeros": b"\0" * MIB,
    "one letter": b"A" * MIB,
    "backslashes": b"\\" * MIB,
    "quotes": b'"' * MIB,
    "deep JSON": b"[" * MIB,
    "escapes": b"\\n%41" * (MIB // 5),
    "empty values": b"%&" * (MIB // 2),
    "wide text": b"a\0" * (MIB // 2),
    "empty fields": b"\x0a\0" * (MIB // 2),
    "gzip everywhere": b"\x1f\x8b\x08\0\0\0\0\0\0\0\0" * (MIB // 11),
    "zlib everywhere": b"\x78\x9c" * (MIB // 2),
    "zstd everywhere": b"\x28\xb5\x2f\xfd" * (MIB // 4),
    "bomb": bomb(bytes(MIB), 1000),
    "bomb of letters": bomb(b"A" * MIB, 1000),
    "bomb of bombs": gzip.compress(bomb(bytes(MIB), 1000)),
    "brotli bomb": brotli.compress(bytes(64 * MIB), quality=1),
}


@cache
def report_on(name: str) -> Report:
    """What a search in hostile bytes gives; it takes a while, and several tests ask."""
    return DETECTOR.search(HOSTILE[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_work_is_in_proportion(name: str) -> None:
    """However a megabyte is made, what is looked at is bounded by its size and the limits."""
    data, limits = HOSTILE[name], Limits()
    report = report_on(name)
    decompressed = min(max(limits.least, limits.expansion * len(data)), limits.most)
    assert report.findings == ()
    assert report.work <= limits.effort * (len(data) + 65_536 + decompressed + MIB)


@pytest.mark.parametrize("name", ["random", "base64", "zeros", "deep JSON", "quotes"])
def test_large_is_not_hostile(name: str) -> None:
    """A megabyte of anything that is not made to hurt is read to its end, at little cost."""
    report = report_on(name)
    assert not report.truncated
    assert report.work < 12 * len(HOSTILE[name])


@pytest.mark.parametrize("name", ["bomb", "bomb of letters", "brotli bomb", "zstd everywhere"])
def test_what_was_cut_is_reported(name: str) -> None:
    """A search that stopped early says so, since its silence proves nothing."""
    assert report_on(name).truncated


MEASURED = """
import resource, sys
from conformance.instruments.canary import Detector, mint

detector = Detector([mint("a place")])
detector.search(b"warm up")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert detector.search(sys.stdin.buffer.read()).truncated
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts ru_maxrss in KiB")
@pytest.mark.parametrize("name", ["bomb", "bomb of letters", "bomb of bombs"])
def test_memory_is_bounded(name: str) -> None:
    """A bomb of a gigabyte takes no more memory than the limits let through, several times over."""
    command = [sys.executable, "-c", MEASURED]
    run = subprocess.run(command, input=HOSTILE[name], stdout=subprocess.PIPE, check=True)
    assert int(run.stdout) * 1024 < 8 * Limits().most


def test_canary_before_the_cut_is_found() -> None:
    """A bomb hides nothing that stands before it."""
    detector = Detector(FLOCK, Limits(most=MIB))
    report = detector.search(bomb(TOKEN + bytes(MIB), 1000))
    assert [finding.canary for finding in report.findings] == [CANARY]
    assert report.truncated


def test_deep_messages_are_cut() -> None:
    """Thousands of messages in messages are walked down to a limit, which is reported."""
    message = b"\xff" * 30
    for _ in range(2000):
        size = bytes([len(message) & 127 | 128, len(message) >> 7])
        message = b"\x0a" + size + message
    assert DETECTOR.search(message).truncated


def test_limits_can_be_chosen() -> None:
    """Whoever has less time looks less deep."""
    shallow = Detector([CANARY], Limits(depth=0))
    assert shallow.search(gzip.compress(TOKEN)).findings == ()
    assert [finding.canary for finding in shallow.search(TOKEN).findings] == [CANARY]
