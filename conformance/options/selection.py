"""What is judged: areas, requirements and a level, checked against the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.errors import UsageProblem
from conformance.options.values import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.options.raw import Raw
    from conformance.requirements import Catalogue

__all__ = ["read_selection"]


def read_selection(raw: Raw, catalogue: Catalogue) -> Selection:
    """The selection that the command line asks for; an unknown name gets the nearest one."""
    areas = [text.lower() for text in _items(raw.texts("--dataplane-area"))]
    for area in areas:
        catalogue.in_area(area)
    wanted = [text.upper() for text in _items(raw.texts("--dataplane-requirement"))]
    for identifier in wanted:
        catalogue.require(identifier)
    return Selection(tuple(areas), tuple(wanted), _level(raw.text("--dataplane-level")))


def _items(texts: Iterable[str]) -> list[str]:
    return [item.strip() for text in texts for item in text.split(",") if item.strip()]


def _level(text: str | None) -> str | None:
    if text is None:
        return None
    if text.upper() not in ("MUST", "SHOULD"):
        raise UsageProblem(f"--dataplane-level {text}: expected must or should.")
    return text.upper()
