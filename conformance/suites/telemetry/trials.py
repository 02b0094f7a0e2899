"""The configurations in which telemetry is watched: which value the setting has, what it names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance import coverings
from conformance.instruments.telemetry_setting import named, value_of
from conformance.options.values import Effort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.options.values import Options
    from mock_control_plane.wire import Profile

DEFAULT = "telemetry-default"
EMPTY = "telemetry-empty"
SETS = "telemetry-set-"
EVERYTHING = f"{SETS}all"
SPELLED = "telemetry-spelled-"
DECLARED = "telemetry-declared"
SYSADMIN_OFF = "telemetry-sysadmin-off"

SETTING = "telemetry"
QUICK_SETS = (frozenset({"metrics", "memprof", "logs"}), frozenset({"status", "usage", "traces"}))


class Family(StrEnum):
    """What a configuration is an example of."""

    DEFAULT = "default"
    EMPTY = "empty"
    SET = "set"
    SPELLED = "spelled"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Trial:
    """One value of the setting; None leaves it alone. `name` is its observation's name.

    `plain`: apart from blanks and order it is written as the guide says. `known`: what it is set
    to is known at all, which of a data plane that is not ours only its user can tell.
    """

    name: str
    family: Family
    value: str | None
    plain: bool = True
    known: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether it is explicitly set to nothing."""
        return self.value == ""

    @property
    def is_a_choice(self) -> bool:
        """Whether some kinds are named and others are not, so that there is something to judge."""
        return frozenset() < self.named < frozenset(coverings.kinds())

    @property
    def named(self) -> frozenset[str]:
        """The kinds that may be sent."""
        return named(self.value)

    @property
    def said(self) -> str:
        """The setting in words, for a report."""
        if not self.known:
            return "whatever the setting is"
        return "the setting left alone" if self.value is None else f"the setting {self.value!r}"

    def settings(self, profile: Profile) -> dict[str, str | None]:
        """The setting under all of its names."""
        return dict.fromkeys(profile.settings[SETTING], self.value)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to write the setting down; `quick`: tried also where little is tried."""

    name: str
    value: str
    plain: bool = False
    quick: bool = False
    thorough: bool = False


SPELLINGS = (
    Spelling("blanks-and-order", " traces , usage,  status ", plain=True, quick=True),
    Spelling("blanks", "metrics , logs ,memprof", plain=True),
    Spelling("order", "usage,traces,logs,metrics", plain=True, thorough=True),
    Spelling("unknown-and-case", "USAGE,everything,catalogs,all,usage", quick=True),
    Spelling("unknown-alone", "none", quick=True),
    Spelling("case", "METRICS,Traces,metrics"),
    Spelling("duplicates-and-commas", ",logs,,status,logs,"),
    Spelling("blank", "   "),
    Spelling("star", "*", thorough=True),
    Spelling("yes", "true,1", thorough=True),
    Spelling("negation", "-logs,!traces", thorough=True),
    Spelling("semicolons", "status;logs", thorough=True),
    Spelling("quotes", '"metrics","usage"', thorough=True),
    Spelling("list", '["memprof"]', thorough=True),
)
"""No value is what the default is, so a fallback to the default is seen."""


def trials(options: Options) -> tuple[Trial, ...]:
    """What a run with these options watches; of a data plane that is not ours, what it is."""
    if not options.target.started:
        return (declared(options),)
    sets = {
        Effort.QUICK: (*QUICK_SETS, frozenset(coverings.kinds())),
        Effort.DEFAULT: coverings.sets(),
        Effort.EXHAUSTIVE: coverings.all_sets(),
    }[options.effort]
    return (
        *sorted((_set(kinds) for kinds in sets if kinds), key=lambda one: one.name != EVERYTHING),
        Trial(DEFAULT, Family.DEFAULT, None),
        Trial(EMPTY, Family.EMPTY, ""),
        *_spelled(options.effort),
    )


def declared(options: Options) -> Trial:
    """What the user says of a data plane that is not ours; values that differ say nothing."""
    names = options.profile.settings[SETTING]
    values = {options.settings[name] for name in names if name in options.settings}
    known = len(set(map(named, values))) == 1
    return Trial(DECLARED, Family.DECLARED, min(values) if known else None, known=known)


def _set(kinds: frozenset[str]) -> Trial:
    return Trial(f"{SETS}{_called(kinds)}", Family.SET, value_of(kinds))


def _called(kinds: frozenset[str]) -> str:
    """A name for a set: short, since a realm is named after it."""
    listed, missing = (
        [kind for kind in coverings.kinds() if (kind in kinds) is on] for on in (True, False)
    )
    if len(listed) <= len(missing):
        return "-".join(listed)
    return "-".join(["all", *(["but", *missing] if missing else [])])


def _spelled(effort: Effort) -> Iterator[Trial]:
    for one in SPELLINGS:
        wanted = {
            Effort.QUICK: one.quick,
            Effort.DEFAULT: not one.thorough,
            Effort.EXHAUSTIVE: True,
        }[effort]
        if wanted:
            yield Trial(f"{SPELLED}{one.name}", Family.SPELLED, one.value, plain=one.plain)
