"""Which operations of a description the suite knows how to make requests to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.suites.api.shelf import HOLDERS, KINDS, OF_ROWS

if TYPE_CHECKING:
    from conformance.description import Description, Operation

__all__ = ["known"]

OF_OBJECTS = frozenset({"create", "replace", "list", "read", "change", "delete"})
SUMMARIZED = frozenset({"experiment", "dataset"})


def known(description: Description) -> list[Operation]:
    """The operations on kinds of objects, and on rows, of which the suite can make one."""
    return [each for each in description.operations if _is_known(each)]


def _is_known(operation: Operation) -> bool:
    kind, verb = operation.kind, operation.verb
    return (
        (kind in KINDS and verb in OF_OBJECTS)
        or (kind in HOLDERS and verb in OF_ROWS)
        or (kind in SUMMARIZED and verb == "summarize")
        or (kind == "rows" and verb == "batch")
    )
