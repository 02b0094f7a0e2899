"""Every part of a recorded request is searched, and a finding names the part."""

from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

import brotli  # type: ignore[import-untyped] # it has no annotations
import pytest

from conformance.instruments.canary import Detector, mint, search_request

CANARY = mint("input of a row", source=Random(1))
TOKEN = CANARY.token.encode()
DETECTOR = Detector([CANARY])


@dataclass(frozen=True, slots=True)
class Request:
    """As much of a recorded request as is searched."""

    path: str = "/otel/v1/traces"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    body_size: int = 0


def found(request: Request) -> list[tuple[str, str]]:
    """Where the canary is, and how it is hidden there."""
    report = search_request(request, DETECTOR)
    return [(finding.where, " > ".join(finding.chain)) for finding in report.findings]


BROTLI = brotli.compress(TOKEN.hex().encode())
URLSAFE = base64.urlsafe_b64encode(BROTLI).decode()
FORM = b"\r\n".join(
    [
        b"--frontier\r\nContent-Disposition: form-data; name=a\r\n\r\nplain",
        b'--frontier\r\nContent-Disposition: form-data; name="b"\r\n\r\n' + BROTLI,
        b"--frontier--\r\n",
    ]
)


@pytest.mark.parametrize(
    ("request_", "where", "chain"),
    [
        (Request(path=f"/v1/{CANARY.token}/x"), "the path", ""),
        (Request(path=f"/v1/{URLSAFE}"), "the path", "base64 > brotli > hex"),
        (Request(query=f"a={CANARY.token.upper()}"), "the query", "upper case"),
        (Request(query=f"a=b&c={quote(BROTLI, safe='')}&d"), "the query", "percent > brotli > hex"),
        (
            Request(headers=((f"X-{CANARY.token}", "1"),)),
            "the name of a header",
            "",
        ),
        (
            Request(headers=(("User-Agent", base64.b64encode(TOKEN).decode()),)),
            "the header user-agent",
            "base64",
        ),
        (Request(body=TOKEN), "the body", ""),
        (
            Request(
                headers=(("Content-Type", 'multipart/form-data; boundary="frontier"'),), body=FORM
            ),
            "the body",
            "brotli > hex",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_part_is_searched(request_: Request, where: str, chain: str) -> None:
    """A canary is found wherever in a request it is."""
    assert found(request_) == [(where, chain)]


def test_canary_in_two_parts_is_two_findings() -> None:
    """Each part that holds a canary is named."""
    request = Request(query=CANARY.token, body=TOKEN)
    assert [where for where, _ in found(request)] == ["the query", "the body"]


def test_content_coding_is_no_depth() -> None:
    """Three encodings within a compressed body are found as those of a plain one."""
    body = gzip.compress(base64.b64encode(base64.b64encode(base64.b64encode(TOKEN))))
    encoded = Request(headers=(("Content-Encoding", "gzip"),), body=body)
    assert found(encoded) == [("the body", "gzip > base64 > base64 > base64")]
    assert found(Request(body=body)) == []


def test_cut_body_is_reported() -> None:
    """What of a body was not kept could hold anything."""
    assert search_request(Request(body=b"{}", body_size=3), DETECTOR).truncated
    assert not search_request(Request(body=b"{}", body_size=2), DETECTOR).truncated


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/mixed; boundary=(", "text/plain; boundary=a"]
)
def test_odd_content_types_are_no_trouble(content_type: str) -> None:
    """A body is searched whatever its content type says."""
    request = Request(headers=(("content-type", content_type),), body=b"--(\r\n\r\n" + TOKEN)
    assert found(request) == [("the body", "")]
