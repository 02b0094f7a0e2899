"""Of many data planes the worst finding is the verdict, and all harm is told at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from conformance.errors import ConformanceError, ObservationBroke
from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.observing import Observed
from conformance.suites.telemetry.trials import EVERYTHING, Family
from conformance.suites.telemetry.watched import Watch, Watched, conclude
from tests.conformance.suites.telemetry.journals import (
    EVERYTHING_HEARD,
    attached,
    entry,
    heard,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.observing import JsonObject, Results
    from conformance.options.values import Options

ONE = Violation(expected="silence", came="status", entries=[entry(1)])
TWO = Violation(expected="silence", came="logs", entries=[entry(2)])
DOUBT = Inconclusive("nobody can tell", row="logs")
BROKEN = ObservationBroke("it broke")
SKIP = OutOfReach("it cannot be reached", unlock="--dataplane-cmd CMD")


@dataclass(slots=True)
class Recorded:
    """Results that are there from the start; what is missing broke."""

    results: dict[str, JsonObject] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Observed:
        if name in self.refused:
            return Observed(name, "telemetry", {}, refused="exited with 2")
        if name not in self.results:
            raise BROKEN
        return Observed(name, "telemetry", self.results[name])


def watched(options: Options, recorded: Recorded) -> Watched:
    """What tests work with."""
    return Watched(options, cast("Results", recorded))


def kinds_of(watch: Watch) -> Iterator[Violation | Inconclusive]:
    """Find the kinds that were sent, each a violation."""
    for kind in sorted(watch.heard.kinds):
        yield Violation(expected="silence", came=kind)


@pytest.mark.parametrize(
    ("findings", "worst"),
    [
        ([DOUBT, BROKEN, ONE, SKIP], ONE),
        ([SKIP, DOUBT, BROKEN], BROKEN),
        ([SKIP, DOUBT], DOUBT),
        ([SKIP], SKIP),
    ],
)
def test_worst_finding_is_raised(
    findings: Sequence[Violation | Inconclusive | OutOfReach | ConformanceError],
    worst: BaseException,
) -> None:
    """Harm before what broke, what broke before doubt, doubt before what is out of reach."""
    with pytest.raises(type(worst)) as raised:
        conclude(findings)
    assert raised.value is worst


def test_all_harm_is_one_violation() -> None:
    """What was found twice is told once, with the requests and the note of the first."""
    first = Violation(expected="silence", came="status", entries=[entry(1)])
    first.add_note("You can reproduce this")
    with pytest.raises(Violation) as raised:
        conclude([first, TWO])
    assert (raised.value.expected, raised.value.came) == ("silence", "status; logs")
    assert [one.seq for one in raised.value.entries] == [1, 2]
    assert raised.value.__notes__ == ["You can reproduce this"]


def test_nothing_found_is_fine() -> None:
    """Without findings nothing is raised."""
    conclude([])


def test_one_that_broke_hides_no_harm(options: Options) -> None:
    """Of two data planes of which one could not be watched, the other's harm is told."""
    recorded = Recorded({"telemetry-empty": heard("status").to_json()})
    both = (Family.EMPTY, Family.DEFAULT)
    with pytest.raises(Violation, match="status"):
        watched(options, recorded).judge(kinds_of, lambda one: one.family in both)
    with pytest.raises(ObservationBroke):
        watched(options, recorded).judge(kinds_of, lambda one: one.family is Family.DEFAULT)


def test_each_is_judged_beside_the_one_with_everything(options: Options) -> None:
    """What silence rests on is read with it, and is missing where that one broke."""
    results = {"telemetry-default": heard("status").to_json()}
    seen: list[Watch] = []

    def look(watch: Watch) -> Iterator[Violation | Inconclusive]:
        seen.append(watch)
        return iter(())

    for more in ({}, {EVERYTHING: EVERYTHING_HEARD.to_json()}):
        recorded = Recorded({**results, **more})
        watched(options, recorded).judge(look, lambda one: one.family is Family.DEFAULT)
    assert [one.others and one.others.kinds for one in seen] == [None, EVERYTHING_HEARD.kinds]


def test_refusal_is_told(options: Options) -> None:
    """One that did not start has its last lines, and nothing that was heard."""
    recorded = Recorded(refused=frozenset({"telemetry-empty"}))
    with pytest.raises(Inconclusive, match="with the setting '': exited with 2"):
        watched(options, recorded).judge(kinds_of, lambda one: one.family is Family.EMPTY)


def test_only_started_data_planes_have_examples(options: Options) -> None:
    """Of a data plane that is not ours there is no other configuration."""
    theirs = watched(attached(options), Recorded())
    with pytest.raises(OutOfReach) as skipped:
        theirs.judge(kinds_of, lambda one: one.family is Family.SET)
    assert skipped.value.unlock == "--dataplane-cmd CMD"


def test_undeclared_setting_is_asked_for(options: Options) -> None:
    """What depends on the setting is judged only where it is known, the rest anyhow."""
    theirs = watched(attached(options), Recorded({"telemetry-declared": heard("logs").to_json()}))
    with pytest.raises(OutOfReach, match="declare it with --dataplane-setting CONTROL_PLANE"):
        theirs.judge(kinds_of, lambda one: one.family is Family.DECLARED)
    with pytest.raises(Violation, match="logs"):
        theirs.judge(kinds_of, lambda _: True, needs_known=False)
