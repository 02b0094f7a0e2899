"""How rows are merged, and which types their fields must have to be stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.bodies import invalid, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = dict[str, object]
    Path = tuple[str, ...]

OBJECTS = ("scores", "metadata", "metrics", "context", "span_attributes", "origin")
STRINGS = ("span_id", "root_span_id", "created")
UNITED = frozenset({("tags",)})
"""Arrays that a merge adds to; the SDKs merge what waits in one batch in the same way."""

ARRAYS_OF_STRINGS = ("tags", "span_parents")


def merge(old: Row, new: Mapping[str, object], replaced: object = None) -> Row:
    """Return a row with another merged into it, object by object; tags are added to tags.

    At the paths in `replaced` the new value takes the place of the old one whole.
    """
    return _merge(old, new, frozenset(_paths(replaced)), ())


def checked(row: Row) -> Row:
    """Return the row, or refuse a field whose type no reader of rows could use."""
    for name in OBJECTS:
        if not isinstance(row.get(name), (dict, type(None))):
            raise invalid("Expected object", name)
    for name in STRINGS:
        value = row.get(name)
        if not isinstance(value, str) or not storable(value):
            raise invalid("Expected string", name)
    for name in ARRAYS_OF_STRINGS:
        items = row.get(name)
        if items is not None and not _strings(items):
            raise invalid("Expected an array of strings", name)
    _check_scores(row.get("scores"))
    return row


def _check_scores(scores: object) -> None:
    for name, score in scores.items() if isinstance(scores, dict) else ():
        number = isinstance(score, (int, float)) and not isinstance(score, bool)
        if score is not None and not (number and 0 <= score <= 1):
            raise invalid("Expected a number from 0 to 1, or null", "scores", name)


def _merge(old: Row, new: Mapping[str, object], replaced: frozenset[Path], at: Path) -> Row:
    merged = dict(old)
    for name, value in new.items():
        earlier, here = old.get(name), (*at, name)
        if here in replaced:
            merged[name] = value
        elif isinstance(earlier, dict) and isinstance(value, dict):
            merged[name] = _merge(earlier, value, replaced, here)
        elif here in UNITED and isinstance(earlier, list) and isinstance(value, list):
            merged[name] = [*earlier, *(each for each in value if each not in earlier)]
        else:
            merged[name] = value
    return merged


def _paths(value: object) -> Iterable[Path]:
    for path in value if isinstance(value, list) else ():
        if _strings(path):
            yield tuple(path)


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
