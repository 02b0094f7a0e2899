"""The head of an HTTP/1 answer as bytes: its fields, and what RFC 9110 says about their values.

The reader is lenient on purpose: what a library would refuse must still be seen to be judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ILLEGAL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
END = re.compile(rb"\r?\n\r?\n")


class NotAHead(ValueError):
    """The bytes are not the head of an HTTP/1 answer."""


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """A status line and the lines below it, undecoded; `size` counts every byte of them.

    `fields` are (name in lower case, value) in order; `strays` are lines that are no field.
    """

    status: int
    fields: tuple[tuple[str, bytes], ...]
    strays: tuple[bytes, ...]
    size: int
    raw: bytes = field(repr=False)

    def values(self, name: str) -> list[bytes]:
        """Return every value of a field, in order."""
        return [value for key, value in self.fields if key == name.lower()]

    def value(self, name: str) -> str | None:
        """Return the first value of a field as text, or None."""
        return next((value.decode("latin-1") for value in self.values(name)), None)


def end_of_head(data: bytes) -> int | None:
    """Return where the head in these bytes ends, its empty line included; None if not yet."""
    found = END.search(data)
    return found.end() if found else None


def read(head: bytes) -> HeaderBlock:
    """Read the head of an answer; raise `NotAHead` if its first line is no status line."""
    lines = re.split(rb"\r?\n", head.rstrip(b"\r\n"))
    found = re.match(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: |$)", lines[0])
    if found is None:
        raise NotAHead(f"{lines[0][:80]!r} is not a status line")
    fields: list[tuple[str, bytes]] = []
    strays: list[bytes] = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or line[:1] in b" \t" or not name:
            strays.append(line)
        else:
            fields.append((name.decode("latin-1").lower(), value.strip(b" \t")))
    return HeaderBlock(int(found[1]), tuple(fields), tuple(strays), len(head), head)


def fault_of_value(value: bytes) -> str | None:
    """Return why a field value is not legal (RFC 9110, section 5.5); None if it is."""
    found = ILLEGAL.search(value)
    if found is not None:
        return f"it contains the control character {found[0]!r}"
    return None


def fault_of_block(block: HeaderBlock, prefix: str) -> str | None:
    """Return what is wrong with the fields of a prefix and the lines around them; None if nothing.

    A legal value, each name once, not the same value twice in one line, and no line of the block
    that is not a field: that is what a value with a line break in it leaves behind.
    """
    if block.strays:
        return f"the line {block.strays[0][:120]!r} of the header block is not a field"
    names = [name for name, _ in block.fields if name.startswith(prefix)]
    for name in dict.fromkeys(names):
        values = block.values(name)
        if len(values) > 1:
            return f"{name} is sent {len(values)} times"
        fault = fault_of_value(values[0]) or _repetition(values[0])
        if fault is not None:
            return f"{name} is not a legal field value: {fault}"
    return None


def _repetition(value: bytes) -> str | None:
    """Find what becomes of a field that is sent twice when something in between merges the two."""
    middle = len(value) // 2
    for comma in range(max(middle - 1, 0), middle + 2):
        if value[comma : comma + 1] == b"," and value[:comma].strip() == value[comma + 1 :].strip():
            return "it is the same value twice, merged into a list"
    return None
