"""Heap profiles as pprof reads them: a small protobuf message, written by hand, in gzip."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Place = tuple[str, int]
"""A file and a line of it."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Memory in use that was asked for at one place; the innermost frame comes first."""

    stack: Sequence[Place]
    count: int
    size: int


def encode(allocations: Iterable[Allocation], *, at: int) -> bytes:
    """Return the profile of these allocations, taken at a time in nanoseconds."""
    return gzip.compress(_Profile().encode(allocations, at), compresslevel=6, mtime=0)


class _Profile:
    def __init__(self) -> None:
        self._strings: dict[str, int] = {"": 0}
        self._functions: dict[str, int] = {}
        self._locations: dict[Place, int] = {}

    def encode(self, allocations: Iterable[Allocation], at: int) -> bytes:
        types = (("inuse_objects", "count"), ("inuse_space", "bytes"))
        message = [self._value_type(1, type, unit) for type, unit in types]
        message += [self._sample(each) for each in allocations]
        message += [self._location(place, id) for place, id in self._locations.items()]
        message += [self._function(name, id) for name, id in self._functions.items()]
        period = self._value_type(11, "space", "bytes")
        message += [_bytes(6, each.encode()) for each in self._strings]
        return b"".join((*message, _number(9, at), period, _number(12, 1)))

    def _string(self, value: str) -> int:
        return self._strings.setdefault(value, len(self._strings))

    def _value_type(self, field: int, type: str, unit: str) -> bytes:
        return _bytes(field, _number(1, self._string(type)) + _number(2, self._string(unit)))

    def _sample(self, allocation: Allocation) -> bytes:
        ids = [
            self._locations.setdefault(place, len(self._locations) + 1)
            for place in allocation.stack
        ]
        values = (allocation.count, allocation.size)
        packed = _bytes(1, b"".join(map(_varint, ids)))
        return _bytes(2, packed + _bytes(2, b"".join(map(_varint, values))))

    def _location(self, place: Place, id: int) -> bytes:
        file, line = place
        function = self._functions.setdefault(file, len(self._functions) + 1)
        return _bytes(4, _number(1, id) + _bytes(4, _number(1, function) + _number(2, line)))

    def _function(self, file: str, id: int) -> bytes:
        name = self._string(file)
        return _bytes(5, _number(1, id) + _number(2, name) + _number(4, name))


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
