"""What is written in text: JSON's escapes, percent and form encoding, base64, hex and UTF-16."""

from __future__ import annotations

import re
from binascii import a2b_base64, unhexlify
from string import ascii_letters, digits, hexdigits
from typing import TYPE_CHECKING

from conformance.instruments.canary.opened import (
    BETWEEN,
    Opened,
    is_text,
    side_by_side,
    text_of,
)
from conformance.instruments.canary.planted import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JSON_STRING = re.compile(rb'(?:[^"\\\x00]++|\\.)++', re.DOTALL)
ESCAPE = re.compile(
    rb'((?:\\u00[0-9a-fA-F]{2}){1,1000}+)|\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["\\/bfnrt]))'
)
SIMPLE = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
LATIN_1 = re.compile(rb"[\xc2\xc3][\x80-\xbf]")

# Whoever escapes a value escapes at least what would end it.
QUOTED_SPACES = bytes.maketrans(b'\0\t\n\r"<>\\', b" " * 8)
BETWEEN_VALUES = re.compile(rb"[&=;?#]")
BETWEEN_PARTS = re.compile(rb"[,/:@]")

BASE64 = (ascii_letters + digits + "+/").encode()
BASE64_OR_SPACE = bytes(
    byte if byte in BASE64 else {0x2D: 0x2B, 0x5F: 0x2F}.get(byte, 0x20) for byte in range(256)
)
SLAB = 1 << 16
SHORTEST_BASE64 = SHORTEST * 4 // 3
# An id, and as base64 of something longer than it is likely: (23 / 64) ** 24.
HEX_ID = hexdigits.encode() + b"+"
HEX = re.compile(rb"[0-9a-fA-F][0-9a-fA-F]{%d,}+" % (2 * SHORTEST - 1))

# UTF-16 and UTF-32 in either order of bytes, but for the zeros around them.
WIDE = re.compile(rb"[\t\n\r -\x7f](?:\x00{1,3}[\t\n\r -\x7f]){%d,}+" % (SHORTEST - 1))
SOME_WIDE = re.compile(rb"\x00[\t\n\r -\x7f]\x00")
ESCAPED_BYTES = re.compile(rb"(?:%[0-9a-fA-F]{2}){1,1000}+")


def written(data: bytes, wholes: tuple[bytes, ...]) -> Iterator[Opened]:
    """Yield what each encoding that is made of text hides in the data."""
    if SOME_WIDE.search(data) and (runs := WIDE.findall(data)):
        yield Opened("UTF-16", BETWEEN.join(run.replace(b"\0", b"") for run in runs))
    for piece in wholes:
        yield from _json_in_utf_8(piece)
    text = text_of(data)
    if not text:
        return
    if b"\\" in text:
        yield from _json(text)
    if b"%" in text:
        yield from _percent(text)
    yield from _digits(text)


def _json(text: bytes) -> Iterator[Opened]:
    """Undo the escapes; no grammar is needed, so no depth can hurt."""
    strings = [_plain(part) for part in _strings(text) if b"\\" in part]
    if strings:
        yield side_by_side("JSON", strings)


def _json_in_utf_8(data: bytes) -> Iterator[Opened]:
    """Undo the escapes where bytes were written as the characters U+0000 to U+00FF."""
    if not LATIN_1.search(data):
        return
    try:
        narrow = data.decode().encode("latin-1", "replace")
    except UnicodeDecodeError:
        return
    strings = [part for part in _strings(narrow) if not is_text(part)]
    yield side_by_side("JSON", [_plain(part) for part in strings])


def _strings(text: bytes) -> list[bytes]:
    """What stands between quotes, whichever of them open and which close."""
    return [part for part in JSON_STRING.findall(text) if len(part) >= SHORTEST]


def _plain(part: bytes) -> bytes:
    return _replaced(ESCAPE, _character, part)


def _character(escape: re.Match[bytes]) -> bytes:
    if narrow := escape[1]:
        # Bytes have no other way into a JSON string than as the characters below 256.
        return unhexlify(narrow.replace(b"\\u00", b""))
    if wide := escape[2]:
        return chr(int(wide, 16)).encode("utf-8", "surrogatepass")
    return SIMPLE.get(escape[4], escape[4]) if escape[4] else unhexlify(escape[3])


def _percent(text: bytes) -> Iterator[Opened]:
    parts = [
        part
        for part in text.translate(QUOTED_SPACES).split()
        if len(part) >= SHORTEST and b"%" in part
    ]
    if parts:
        yield _unquoted("percent", parts)
    # Base64 may have a plus sign as it is, and a form's plus sign is a blank.
    blanks = [part.replace(b"+", b" ") for part in parts if b"+" in part]
    if blanks:
        yield _unquoted("form", blanks)


def _unquoted(name: str, parts: list[bytes]) -> Opened:
    """Undo it in all of the parts; which of the characters between end a value is not known."""
    values = [value for part in parts for value in _split(BETWEEN_VALUES, part)]
    smaller = [value for part in values for value in _split(BETWEEN_PARTS, part)]
    known = side_by_side(name, [*map(_unquote, dict.fromkeys([*values, *smaller]))])
    return known._replace(data=BETWEEN.join(map(_unquote, parts)))


def _split(between: re.Pattern[bytes], part: bytes) -> list[bytes]:
    return [value for value in between.split(part) if len(value) >= SHORTEST and b"%" in value]


def _unquote(part: bytes) -> bytes:
    return _replaced(ESCAPED_BYTES, _escaped, part)


def _escaped(run: re.Match[bytes]) -> bytes:
    return unhexlify(run[0].replace(b"%", b""))


def _replaced(
    pattern: re.Pattern[bytes], meaning: Callable[[re.Match[bytes]], bytes], part: bytes
) -> bytes:
    """What `pattern.sub` returns, which needs some hundred bytes of memory for each match."""
    written, end = bytearray(), 0
    for match in pattern.finditer(part):
        written += part[end : match.start()]
        written += meaning(match)
        end = match.end()
    return bytes(written + part[end:])


def _digits(text: bytes) -> Iterator[Opened]:
    unwrapped = text.translate(None, b"\r\n")
    runs = _runs(unwrapped)
    hexadecimal = HEX.findall(b" ".join(runs))
    if hexadecimal:
        for offset in range(2):
            yield _named("hex", offset, [_from_hex(run[offset:]) for run in hexadecimal])
    # Lines that belong together have no beginning and no end of their own, others have.
    lines = _runs(text) if unwrapped != text else []
    runs = [run for run in runs if run.translate(None, HEX_ID)]
    if runs:
        known = side_by_side("", [_from_base64(run) for run in dict.fromkeys([*runs, *lines])])
        for offset in range(4):
            opened = _named("base64", offset, [_from_base64(run[offset:]) for run in runs])
            yield opened._replace(wholes=known.wholes) if not offset else opened


def _runs(text: bytes) -> list[bytes]:
    line = text.translate(BASE64_OR_SPACE)
    runs: list[bytes] = []
    start = 0
    while start < len(line):
        # Short words are many; a slab at a time, they need no memory to speak of.
        end = line.find(b" ", start + SLAB) + 1 or len(line)
        runs += [run for run in line[start:end].split() if len(run) >= SHORTEST_BASE64]
        start = end
    return runs


def _named(name: str, offset: int, pieces: list[bytes]) -> Opened:
    opened = side_by_side(name, pieces)
    return Opened(f"{name} (offset {offset})", opened.data) if offset else opened


def _from_hex(run: bytes) -> bytes:
    return unhexlify(run[: len(run) // 2 * 2])


def _from_base64(run: bytes) -> bytes:
    size = len(run) - (len(run) % 4 == 1)
    return a2b_base64(run[:size] + b"=" * (-size % 4))
