"""Bodies as their senders mean them: decompressed, and read as JSON, never beyond a limit."""

from __future__ import annotations

import json
import zlib
from typing import Any, Final, NoReturn

MAX_DECODED: Final = 16 * 1024 * 1024
# Deeper than anything that people write, and shallow enough to be written out again.
MAX_DEPTH: Final = 256
MAX_LAYERS: Final = 3
GZIP: Final = b"\x1f\x8b"

_CONTAINERS: Final = (dict, list)
_WINDOW: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Undecodable(ValueError):
    """A body is not what it is said to be; one sentence."""


class UnknownEncoding(Undecodable):
    """A body is encoded in a way that is not offered."""


class Oversized(Undecodable):
    """A body is, once it is decompressed, larger than what is read."""


def decompressed(body: bytes, encoding: str, limit: int = MAX_DECODED) -> bytes:
    """Return the body that a Content-Encoding stands for; `Undecodable` if it is not so encoded."""
    layers = [each for name in encoding.split(",") if (each := name.strip().lower())]
    if len(layers) > MAX_LAYERS:
        raise UnknownEncoding(f"the body is encoded {len(layers)} times; encode it once")
    for layer in reversed(layers):
        if layer in _WINDOW:
            body = _inflated(body, layer, limit)
        elif layer != "identity":
            raise UnknownEncoding(
                f"the Content-Encoding {layer[:40]!r} is not offered; send gzip, or no encoding"
            )
    if len(body) > limit:
        raise Oversized(f"the body is larger than {limit} bytes; send less at once")
    return body


def parsed(text: bytes) -> object:
    """Return the JSON value that a text in UTF-8 is; `Undecodable` if it is none."""
    try:
        value: object = _DECODER.decode(text.decode("utf-8"))
    except RecursionError:
        raise _too_deep() from None
    except ValueError as problem:
        raise Undecodable(f"the body is not JSON: {problem}") from None
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and deeper_than(value, MAX_DEPTH):
        raise _too_deep()
    return value


def deeper_than(value: object, depth: int) -> bool:
    """Tell whether a JSON value has more than so many containers inside each other."""
    level: list[Any] = [value]
    for _ in range(depth):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, _CONTAINERS)
        ]
        if not level:
            return False
    return True


def _inflated(body: bytes, name: str, limit: int) -> bytes:
    inflated = bytearray()
    while True:
        member = zlib.decompressobj(_WINDOW[name])
        try:
            inflated += member.decompress(body, limit + 1 - len(inflated))
        except zlib.error as problem:
            raise Undecodable(f"the body is not {name}: {problem}") from None
        if len(inflated) > limit:
            raise Oversized(f"the body is decompressed larger than {limit} bytes; send less")
        if not member.eof:
            raise Undecodable(f"the body is not {name}: it ends before its end")
        body = member.unused_data
        if not body:
            return bytes(inflated)


def _too_deep() -> Undecodable:
    return Undecodable(f"the body is nested deeper than {MAX_DEPTH} levels; send it flatter")


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refused)
