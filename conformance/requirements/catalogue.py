"""The types of the catalogue, and how `catalogue.toml` is read into them."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import resources

from conformance.errors import ConformanceError, UsageProblem

LEVELS = ("MUST", "SHOULD")
BASES = ("documented", "evidenced", "standard", "derived")
NEEDS = (
    "control-plane",
    "mock",
    "setting",
    "api-key",
    "second-token",
    "second-user",
    "second-organisation",
    "egress",
    "sdk-python",
    "sdk-js",
    "browser",
    "logs",
    "destructive",
)
LIKE = 0.5
"""The least likeness of a word that is offered instead of a mistyped one."""

_ID = re.compile(r"[A-Z]+-[0-9]{2}")


class BrokenCatalogue(ConformanceError):
    """The catalogue itself is wrong: a mistake of the suite, never of its user."""


class UnknownRequirement(UsageProblem):
    """An id that is not in the catalogue."""


class UnknownArea(UsageProblem):
    """An area that no requirement is in."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the catalogue."""

    id: str
    area: str
    level: str
    basis: str
    source: str
    title: str
    needs: tuple[str, ...] = ()
    wire: tuple[str, ...] = ()
    withdrawn: str | None = None

    @property
    def is_must(self) -> bool:
        """Whether it decides the verdict."""
        return self.level == "MUST"


class Catalogue(Mapping[str, Requirement]):
    """The requirements that a release judges, by id, in the order of the file."""

    def __init__(self, version: str, rows: Iterable[Requirement]) -> None:
        self.version = version
        self._rows: dict[str, Requirement] = {}
        for row in rows:
            if row.id in self._rows:
                raise BrokenCatalogue(f"{row.id} stands in the catalogue twice; ids are unique")
            self._rows[row.id] = row

    def __getitem__(self, id: str) -> Requirement:
        return self._rows[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def areas(self) -> tuple[str, ...]:
        """Every area, in the order of its first requirement."""
        return tuple(dict.fromkeys(row.area for row in self._rows.values()))

    def in_area(self, area: str) -> tuple[Requirement, ...]:
        """Return the requirements of an area; raise `UnknownArea` with the nearest name."""
        if area not in self.areas:
            raise UnknownArea(
                f"{area!r} is not an area of the catalogue{did_you_mean(area, self.areas)}; "
                f"the areas are {', '.join(self.areas)}"
            )
        return tuple(row for row in self._rows.values() if row.area == area)

    def require(self, id: str) -> Requirement:
        """Return the requirement of that id; raise `UnknownRequirement` with the nearest id."""
        if id not in self._rows:
            raise UnknownRequirement(
                f"{id!r} is not in the catalogue{did_you_mean(id, self._rows)}; "
                "`dataplane-conformance list` shows every requirement"
            )
        return self._rows[id]

    def nearest(self, id: str) -> str | None:
        """Return the id that is written most like this one, if any is at all like it."""
        return nearest(id, self._rows)

    def nearest_area(self, area: str) -> str | None:
        """Return the area that is written most like this one, if any is at all like it."""
        return nearest(area, self.areas)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is written most like this one, without regard to case."""

    def likeness(candidate: str) -> float:
        return difflib.SequenceMatcher(None, word.casefold(), candidate.casefold()).ratio()

    best = max(known, key=likeness, default=None)
    return best if best is not None and likeness(best) >= LIKE else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the part of a message that offers the nearest known word, or nothing."""
    found = nearest(word, known)
    return f" (did you mean {found!r}?)" if found else ""


def load() -> Catalogue:
    """Read the catalogue of this release."""
    text = resources.files("conformance.requirements").joinpath("catalogue.toml").read_text("utf-8")
    return parse(text)


def parse(text: str) -> Catalogue:
    """Read a catalogue; raise `BrokenCatalogue` for whatever a reader could not rely on."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BrokenCatalogue(f"the catalogue is not TOML: {problem}") from None
    version, rows = document.get("catalogue"), document.get("requirement")
    if not isinstance(version, str) or not isinstance(rows, list):
        raise BrokenCatalogue('the catalogue needs `catalogue = "…"` and [[requirement]] rows')
    return Catalogue(version, [_requirement(row) for row in rows])


def _requirement(row: dict[str, object]) -> Requirement:
    name = row.get("id", "a row without id")
    _check_shape(f"{name}", row)
    lists = {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
    requirement = Requirement(**{**row, **lists})  # type: ignore[arg-type]
    _check_words(requirement)
    return requirement


def _check_shape(name: str, row: dict[str, object]) -> None:
    known = {field.name for field in fields(Requirement)}
    optional = {"wire", "withdrawn"}
    if missing := sorted(known - optional - row.keys()):
        raise BrokenCatalogue(f"{name}: {', '.join(missing)} missing in the catalogue")
    if unknown := sorted(row.keys() - known):
        raise BrokenCatalogue(f"{name}: the catalogue knows no field {', '.join(unknown)}")
    for key, value in row.items():
        if key in ("needs", "wire"):
            good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        else:
            good = isinstance(value, str) and value.strip() == value != ""
        if not good:
            raise BrokenCatalogue(f"{name}: {key} = {value!r} is not what the catalogue holds")


def _check_words(requirement: Requirement) -> None:
    id, level, basis = requirement.id, requirement.level, requirement.basis
    if not _ID.fullmatch(id):
        raise BrokenCatalogue(f"{id!r} is not an id such as AUD-04")
    if level not in LEVELS or basis not in BASES:
        raise BrokenCatalogue(f"{id}: {level} and {basis} are not a level and a basis")
    if basis == "derived" and level == "MUST":
        raise BrokenCatalogue(f"{id}: what is derived by our reasoning is never a MUST")
    if unknown := [need for need in requirement.needs if need not in NEEDS]:
        raise BrokenCatalogue(f"{id}: nobody can provide the need {', '.join(unknown)}")
