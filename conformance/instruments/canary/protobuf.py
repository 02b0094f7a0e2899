"""The length-delimited fields of a protobuf message whose type nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.instruments.canary.opened import BETWEEN, Opened, is_text
from conformance.instruments.canary.planted import SHORTEST

if TYPE_CHECKING:
    from conformance.instruments.canary.meter import Meter

DEEPEST = 32
# What it costs to read a field, however short, as bytes looked at.
FIELD = 64
VARINT, FIXED64, DELIMITED, GROUP, END_GROUP, FIXED32 = range(6)
SIZES = {FIXED64: 8, FIXED32: 4, GROUP: 0, END_GROUP: 0}


def fields(message: bytes, meter: Meter) -> Opened | None:
    """Return the fields of a message and of all messages in it, None if it is not one.

    Its texts stand in plain sight already; here they have a beginning and an end.
    """
    texts: list[bytes] = []
    binaries: list[bytes] = []
    pending = [(message, 0)]
    while pending:
        part, depth = pending.pop()
        for value in _delimited(part, meter):
            if len(value) < SHORTEST:
                continue
            if not meter.spend(len(value)):
                pending.clear()
                break
            if is_text(value):
                texts.append(value)
                continue
            binaries.append(value)
            if depth < DEEPEST:
                pending.append((value, depth + 1))
            else:
                meter.cut()
    if not (texts or binaries):
        return None
    return Opened("protobuf", BETWEEN.join(texts), tuple(binaries))


def _delimited(message: bytes, meter: Meter) -> list[bytes]:
    """The values of a message's length-delimited fields; none unless all of it can be read."""
    values, position, end = [], 0, len(message)
    try:
        while position < end and meter.spend(FIELD):
            tag, position = _varint(message, position)
            kind = tag & 7
            if not tag >> 3:
                return []
            if kind == DELIMITED:
                size, position = _varint(message, position)
                values.append(message[position : position + size])
                position += size
            elif kind == VARINT:
                _, position = _varint(message, position)
            else:
                position += SIZES[kind]
    except (IndexError, KeyError, OverflowError):
        return []
    return values if position == end else []


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise OverflowError
