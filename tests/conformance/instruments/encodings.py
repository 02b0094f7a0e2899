"""Draws compositions of encodings, with random bytes around what each of them encodes."""

from __future__ import annotations

import base64
import gzip
import sys
import zlib
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped] # it has no annotations
from hypothesis import strategies as st

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn

UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
SHORT = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


@dataclass(frozen=True, slots=True)
class Hidden:
    """Some bytes with a text in them, and by which encodings it got there, innermost first.

    `closed` if it can only be recognised with its beginning and end; `ascii` if it is ASCII.
    """

    data: bytes
    closed: bool = False
    ascii: bool = True
    chain: tuple[str, ...] = ()

    def surrounded(self, draw: DrawFn) -> bytes:
        """Return the bytes with others around them, if these leave it recognisable."""
        if self.closed:
            return self.data
        return draw(st.binary(max_size=20)) + self.data + draw(st.binary(max_size=20))

    def under(
        self, name: str, data: bytes, *, closed: bool = False, ascii_only: bool = False
    ) -> Hidden:
        """Return it under one more encoding."""
        return Hidden(data, closed, ascii_only, (*self.chain, name))


def gzipped(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw a member of gzip, compressed more or less."""
    level = draw(st.integers(0, 9))
    return hidden.under("gzip", gzip.compress(hidden.surrounded(draw), level, mtime=0))


def deflated(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw a deflated stream as it is, or in zlib's wrapping, which not always shows."""
    window = draw(st.sampled_from([15, -15, 9]))
    packer = zlib.compressobj(draw(st.integers(0, 9)), zlib.DEFLATED, window)
    data = packer.compress(hidden.surrounded(draw)) + packer.flush()
    return hidden.under("deflate", data, closed=window != 15)


def zstandard(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw a frame of zstd."""
    return hidden.under("zstd", zstd.compress(hidden.surrounded(draw), draw(st.integers(1, 19))))


def brotlied(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw a stream of brotli."""
    data = brotli.compress(hidden.surrounded(draw), quality=draw(st.integers(0, 11)))
    return hidden.under("brotli", data, closed=True)


def protobuf(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw a message with other fields, and others around it."""
    data = hidden.surrounded(draw)
    for _ in range(draw(st.integers(1, 4))):
        others = [
            _field(draw, draw(st.binary(max_size=30))) for _ in range(draw(st.integers(0, 2)))
        ]
        number = b"\x08" + _varint(draw(st.integers(0, 1 << 63)))
        data = b"".join(draw(st.permutations([_field(draw, data), number, *others])))
    return hidden.under("protobuf", data, closed=hidden.closed)


def _field(draw: DrawFn, value: bytes) -> bytes:
    return _varint(draw(st.integers(1, 3000)) << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    digits = [value >> shift & 127 for shift in range(0, max(1, value.bit_length()), 7)]
    return bytes([*(digit | 128 for digit in digits[:-1]), digits[-1]])


def json(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw a document of JSON, as ASCII or as UTF-8, that escapes more than it has to."""
    chance = Random(draw(st.integers(0, 99)))
    often, only_ascii = draw(st.floats(0, 1)), draw(st.booleans())
    string = b"".join(
        _character(code, chance, often, only_ascii=only_ascii) for code in hidden.surrounded(draw)
    )
    data = b'{"a": [1, "' + string + b'"], "b": "c\\n"}'
    return hidden.under("JSON", data, closed=not only_ascii, ascii_only=data.isascii())


def _character(code: int, chance: Random, often: float, *, only_ascii: bool) -> bytes:
    if code in SHORT and chance.random() < 0.5:
        return SHORT[code]
    if code == 0x2F and chance.random() < 0.5:
        return b"\\/"
    must = code < 32 or code in SHORT or (only_ascii and code > 127)
    if must or chance.random() < often:
        return (b"\\u%04x" if chance.random() < 0.5 else b"\\u%04X") % code
    return chr(code).encode()


def percent(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw a field of a query or a form that escapes more than it has to."""
    chance = Random(draw(st.integers(0, 99)))
    often, form = draw(st.floats(0, 1)), draw(st.booleans())
    shape = draw(st.sampled_from([b"%%%02x", b"%%%02X"]))
    value = b"".join(
        bytes([code]) if code in UNRESERVED and chance.random() >= often else shape % code
        for code in hidden.surrounded(draw)
    )
    if form:
        value = value.replace(b"%20", b"+")
    return hidden.under("percent", b"a=" + value + b"&b=%20c", ascii_only=True)


def base_64(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw base64 in one of its alphabets, padded or not, in one line or in several."""
    encode = draw(st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
    digits = encode(hidden.surrounded(draw)).rstrip(b"=" if draw(st.booleans()) else b"")
    width = draw(st.sampled_from([4, 7, 64, 76, len(digits)]))
    lines = [digits[start : start + width] for start in range(0, len(digits), width)]
    text = draw(st.sampled_from([b"\n", b"\r\n"])).join(lines)
    return hidden.under("base64", _quoted(text, hidden), ascii_only=True)


def hexadecimal(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw hexadecimal digits in either case."""
    text = hidden.surrounded(draw).hex().encode()
    text = text.upper() if draw(st.booleans()) else text
    return hidden.under("hex", _quoted(text, hidden), ascii_only=True)


def _quoted(text: bytes, hidden: Hidden) -> bytes:
    return b'"' + text + b'"' if hidden.closed else text


def utf_16(draw: DrawFn, hidden: Hidden) -> Hidden:
    """Draw UTF-16 or UTF-32 in either order of bytes; only of text."""
    names = ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be"]
    name = draw(st.sampled_from(names))
    return hidden.under(name, hidden.data.decode().encode(name))


ENCODERS: list[Callable[[DrawFn, Hidden], Hidden]] = [
    *(gzipped, deflated, zstandard, brotlied, protobuf),
    *(json, percent, base_64, hexadecimal, utf_16),
]


@st.composite
def hidden_texts(draw: DrawFn, text: str, *, depth: int = 3) -> Hidden:
    """Draw bytes that hide a text in one of its cases under up to `depth` encodings."""
    cases = [text, text.upper(), text.lower(), text.swapcase()]
    hidden = Hidden(draw(st.sampled_from(cases)).encode())
    for _ in range(draw(st.integers(0, depth))):
        possible = ENCODERS if hidden.ascii and not hidden.closed else ENCODERS[:-1]
        hidden = draw(st.sampled_from(possible))(draw, hidden)
    return Hidden(hidden.surrounded(draw), chain=hidden.chain)


def seeded(size: int, seed: int = 0) -> bytes:
    """Return bytes that nothing compresses, the same ones every time."""
    return Random(seed).randbytes(size)


def bomb(unit: bytes, times: int) -> bytes:
    """Return gzip of a megabyte or so that stands for a thousand times as much."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed * times + zlib.compress(b"", wbits=-15)
