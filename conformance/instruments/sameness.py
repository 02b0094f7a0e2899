"""Whether an answer is the same as two others, but for what differs between these anyway."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ABSENT = object()


def view(status: int, content_type: str | None, body: bytes) -> dict[str, object]:
    """Return an answer as a flat table: status, content type, and each leaf of its body by path.

    A sentence is taken word by word, so that a request id in it is one entry.
    """
    kind = re.sub(r"\s+", "", (content_type or "").lower())
    table: dict[str, object] = {"status": status, "content-type": kind}
    try:
        table.update(_leaves(json.loads(body), "body"))
    except (ValueError, RecursionError):
        table.update(_words(body.decode("utf-8", "replace"), "body"))
    return table


def changed(
    before: Mapping[str, object], between: Mapping[str, object], after: Mapping[str, object]
) -> list[str]:
    """Return what differs in the middle answer though it is the same in the two around it."""
    return [
        path
        for path in sorted(before.keys() | between.keys() | after.keys())
        if before.get(path, ABSENT) == after.get(path, ABSENT) != between.get(path, ABSENT)
    ]


def _words(text: str, path: str) -> Iterator[tuple[str, object]]:
    words = re.split(r"(\s+)", text)
    if len(words) == 1:
        yield path, json.dumps(text)
    else:
        yield from ((f"{path}, part {place}", word) for place, word in enumerate(words, 1))


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield path, "an object"
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        yield path, f"an array of {len(value)}"
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}[{place}]")
    elif isinstance(value, str):
        yield from _words(value, path)
    else:
        # 1, 1.0 and true are equal in Python and not the same in JSON.
        yield path, json.dumps(value)
