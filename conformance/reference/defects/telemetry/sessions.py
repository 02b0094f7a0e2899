"""Sessions of the exporters that spoil what they are handed.

Imported only where something is sent, in a thread: `requests` comes with the SDK.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    Headers = dict[str, str]
    Spoil = Callable[[Headers, bytes], tuple[Headers, bytes]]

ENCODING, TYPE = "content-encoding", "content-type"


class Spoiling(requests.Session):
    """A session that spoils requests to the endpoints of some signals, and no others."""

    def __init__(self, signals: tuple[str, ...], spoil: Spoil) -> None:
        super().__init__()
        self._signals = signals
        self._spoil = spoil

    def request(self, method: str, url: str, **given: Any) -> requests.Response:  # type: ignore[override]  # as exporters call it
        """Send a request, spoilt if it is for one of the signals."""
        if url.endswith(self._signals):
            headers = {name.lower(): value for name, value in (given["headers"] or {}).items()}
            given["headers"], given["data"] = self._spoil(headers, given["data"])
        return super().request(method, url, **given)


def mislabel(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Say that protobuf is something else."""
    return {**headers, TYPE: "application/octet-stream"}, body


def cut(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Leave the end of the message out."""
    return headers, gzip.compress(gzip.decompress(body)[:-7])


def unzip(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Announce gzip and send what is none."""
    return headers, gzip.decompress(body)


def hide_gzip(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Send gzip and announce nothing."""
    return {name: value for name, value in headers.items() if name != ENCODING}, body
