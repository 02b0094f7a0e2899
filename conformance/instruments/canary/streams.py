"""Compressed data, read up to a limit: wherever a magic number shows it, or a whole piece."""

from __future__ import annotations

import sys
import zlib
from heapq import merge
from typing import TYPE_CHECKING, NamedTuple, Protocol

import brotli  # type: ignore[import-untyped] # it has no annotations, and nobody else has any for it

from conformance.instruments.canary.opened import Opened

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.instruments.canary.meter import Meter

MAGIC = {
    b"\x1f\x8b\x08": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    **{bytes([0x78, level]): "zlib" for level in (0x01, 0x5E, 0x9C, 0xDA)},
}
# What it costs to begin, as bytes looked at: many beginnings in little data are an attack.
ATTEMPT = 1 << 13
# What only looks like a beginning mostly fails in the first bytes, so these are few.
FIRST_STEP = 1 << 8
LARGEST_STEP = 1 << 18


class Decoder(Protocol):
    """A decompressor that gives at most so much at a time."""

    @property
    def hungry(self) -> bool:
        """Whether it needs more input to go on."""

    @property
    def ended(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def spare(self) -> int:
        """How much of the input stands after the end of the stream."""

    def push(self, chunk: memoryview, limit: int) -> bytes:
        """Take a chunk and return about so many bytes at most."""


class Deflated:
    """Deflate as it is, in zlib's or in gzip's wrapping."""

    def __init__(self, window: int) -> None:
        self._decoder = zlib.decompressobj(window)

    @property
    def hungry(self) -> bool:
        """Whether all input was taken."""
        return not self._decoder.unconsumed_tail

    @property
    def ended(self) -> bool:
        """Whether the end of the stream was reached."""
        return self._decoder.eof

    @property
    def spare(self) -> int:
        """How much of the input stands after the end of the stream."""
        return len(self._decoder.unused_data)

    def push(self, chunk: memoryview, limit: int) -> bytes:
        """Take a chunk and return so many bytes at most."""
        return self._decoder.decompress(self._decoder.unconsumed_tail or chunk, limit)


class Zstandard:
    """One frame of zstd."""

    def __init__(self) -> None:
        self._decoder = zstd.ZstdDecompressor()

    @property
    def hungry(self) -> bool:
        """Whether all input was taken."""
        return self._decoder.needs_input

    @property
    def ended(self) -> bool:
        """Whether the end of the frame was reached."""
        return self._decoder.eof

    @property
    def spare(self) -> int:
        """How much of the input stands after the end of the frame."""
        return len(self._decoder.unused_data)

    def push(self, chunk: memoryview, limit: int) -> bytes:
        """Take a chunk and return so many bytes at most."""
        return self._decoder.decompress(chunk, limit)


class Brotli:
    """A stream of brotli, which must be all of the input."""

    spare = 0

    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    @property
    def hungry(self) -> bool:
        """Whether all input was taken."""
        return bool(self._decoder.can_accept_more_data())

    @property
    def ended(self) -> bool:
        """Whether the end of the stream was reached."""
        return bool(self._decoder.is_finished())

    def push(self, chunk: memoryview, limit: int) -> bytes:
        """Take a chunk and return the blocks that reach this size."""
        return bytes(self._decoder.process(chunk, output_buffer_limit=limit))


BEGIN: dict[str, Callable[[], Decoder]] = {
    "gzip": lambda: Deflated(31),
    "zlib": lambda: Deflated(15),
    "zstd": Zstandard,
    "deflate": lambda: Deflated(-15),
    "brotli": Brotli,
}


class Read(NamedTuple):
    """What was read of a stream: from where to where, what came out, and whether it ended."""

    name: str
    start: int
    end: int
    output: bytes
    ended: bool


def embedded(data: bytes, meter: Meter) -> Iterator[Opened]:
    """Yield what is compressed anywhere in the data; members of one file belong together."""
    members: list[Read] = []
    for read in _reads(data, meter):
        if members and (members[-1].name, members[-1].end) != (read.name, read.start):
            yield _joined(members)
            members = []
        members.append(read)
    if members:
        yield _joined(members)


def whole(data: bytes, meter: Meter) -> Iterator[Opened]:
    """Yield what the data are if all of them are one stream without a magic number."""
    names = ["brotli", "deflate"]
    if data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0 and data[:2] not in MAGIC:
        names.append("zlib")
    for name in names:
        read = _read(name, data, 0, meter)
        # A few bytes of anything can be a whole stream; then the rest stands after its end.
        if read.output and read.end == len(data):
            yield Opened(name, read.output, (read.output,))


def _joined(members: list[Read]) -> Opened:
    output = b"".join(read.output for read in members)
    return Opened(members[0].name, output, (output,))


def _reads(data: bytes, meter: Meter) -> Iterator[Read]:
    position = 0
    for start, name in merge(*(_places(data, magic) for magic in MAGIC)):
        if start < position:
            continue
        if not meter.spend(ATTEMPT):
            return
        read = _read(name, data, start, meter)
        if read.output:
            yield read
        position = read.end if read.ended else start + 1


def _places(data: bytes, magic: bytes) -> Iterator[tuple[int, str]]:
    start = data.find(magic)
    while start >= 0:
        yield start, MAGIC[magic]
        start = data.find(magic, start + 1)


def _read(name: str, data: bytes, start: int, meter: Meter) -> Read:
    decoder, view = BEGIN[name](), memoryview(data)
    parts: list[bytes] = []
    position, step, full = start, FIRST_STEP, False
    try:
        while not decoder.ended:
            more = view[position : position + step] if decoder.hungry and not full else view[:0]
            if not more and decoder.hungry and not full:
                break
            limit = min(meter.room, LARGEST_STEP)
            if not (meter.spend(len(more)) and limit):
                meter.cut()
                position = len(data)  # The rest is passed over.
                break
            parts.append(decoder.push(more, limit))
            meter.decompressed(len(parts[-1]))
            full = len(parts[-1]) >= limit
            position, step = position + len(more), min(2 * step, LARGEST_STEP)
    except (zlib.error, zstd.ZstdError, brotli.error):
        return Read(name, start, position, b"".join(parts), ended=False)
    return Read(name, start, position - decoder.spare, b"".join(parts), decoder.ended)
