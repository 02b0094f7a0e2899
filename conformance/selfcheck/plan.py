"""Which data planes the self-check runs, and what has to come out for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.errors import UsageProblem
from conformance.reference.defects import DEFECTS
from conformance.reference.nulls import NULLS
from conformance.reference.variants import VARIANTS
from conformance.requirements.catalogue import did_you_mean
from conformance.selfcheck.subject import Kind, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Selection", "plan"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for: areas, and names of defects, variants and nulls; empty means all."""

    areas: Sequence[str] = ()
    defects: Sequence[str] = ()
    variants: Sequence[str] = ()
    nulls: Sequence[str] = ()

    @property
    def named(self) -> bool:
        """Whether single data planes were asked for, so that the others are left out."""
        return bool(self.defects or self.variants or self.nulls)


def plan(selection: Selection, areas: Sequence[str]) -> list[Subject]:
    """The subjects of a self-check, those that take longest first; `areas` are all there are.

    A defect is run with the whole of its area, a variant with those that can tell it from the
    reference, everything else with every area asked for.
    """
    wanted = tuple(_known("area", area, areas) for area in selection.areas) or tuple(areas)
    return [
        *_nulls(selection, wanted),
        *_conforming(selection, wanted),
        *_defects(selection, wanted),
    ]


def _nulls(selection: Selection, areas: tuple[str, ...]) -> Iterator[Subject]:
    for name in _names("null", selection.nulls, NULLS, everything=not selection.named):
        yield Subject(Kind.NULL, name, NULLS[name].summary, areas)


def _conforming(selection: Selection, areas: tuple[str, ...]) -> Iterator[Subject]:
    if not selection.named:
        yield Subject(Kind.REFERENCE, "reference", "the reference as it is", areas)
    for name in _names("variant", selection.variants, VARIANTS, everything=not selection.named):
        told_by = VARIANTS[name].areas or areas
        judged = tuple(area for area in areas if area in told_by)
        if judged:
            yield Subject(Kind.VARIANT, name, VARIANTS[name].summary, judged)


def _defects(selection: Selection, areas: tuple[str, ...]) -> Iterator[Subject]:
    for name in _names("defect", selection.defects, DEFECTS, everything=not selection.named):
        flaw = DEFECTS[name]
        if flaw.area in areas:
            yield Subject(Kind.DEFECT, name, flaw.summary, (flaw.area,), flaw.breaks)


def _names(
    kind: str, asked: Sequence[str], known: Mapping[str, object], *, everything: bool
) -> Iterable[str]:
    return known if everything else [_known(kind, name, known) for name in asked]


def _known(kind: str, name: str, known: Iterable[str]) -> str:
    names = list(known)
    if name not in names:
        hint = did_you_mean(name, names) or f"; there are: {', '.join(names)}"
        raise UsageProblem(f"there is no {kind} named {name!r}{hint}.")
    return name
