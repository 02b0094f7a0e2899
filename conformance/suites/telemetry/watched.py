"""What the tests judge: the data planes that were watched, each with what its silence rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError
from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.instruments.silence import Control, Stretch, doubt
from conformance.suites.telemetry.heard import Heard
from conformance.suites.telemetry.trials import EVERYTHING, SETTING, Family, trials
from conformance.suites.telemetry.watching import controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.observing import Results
    from conformance.options.values import Options
    from conformance.suites.telemetry.trials import Trial
    from mock_control_plane.wire import Profile

    Finding = Violation | Inconclusive
    Find = Callable[["Watch"], Iterator[Finding]]
    Problem = Finding | OutOfReach | ConformanceError

NOT_OURS = (
    "It takes data planes in configurations of their own: let the run start them, with "
    "--dataplane-cmd CMD."
)
NOT_DECLARED = (
    "It takes to know what the telemetry setting is: declare it with --dataplane-setting "
    "{name}=VALUE, the same value for each of its variables."
)


@dataclass(frozen=True, slots=True)
class Watch:
    """One data plane: what was set there, and what was heard of it; nothing if it did not start.

    `others` is what was heard of the same implementation with everything on, if it was watched.
    """

    trial: Trial
    profile: Profile
    told: Heard | None
    refused: str = ""
    others: Heard | None = None

    @property
    def heard(self) -> Heard:
        """What was heard; `Inconclusive` where it did not start."""
        if self.told is None:
            raise Inconclusive(f"it does not start with {self.trial.said}: {self.refused}")
        return self.told

    def doubt(self, kind: str) -> str | None:
        """Return why silence of a kind proves nothing, or None where it proves something.

        Of a data plane that is not ours the control is other telemetry of its own, and the time in
        which the wire profile expects a kind; of any other, the same kind where all are on.
        """
        stretch = Stretch(self.heard.seconds, self.heard.connected)
        if self.trial.family is not Family.DECLARED:
            took = self.others.took if self.others is not None else {}
            return doubt(stretch, controls(took, self.profile).get(kind))
        row = self.profile.rows[kind]
        if stretch.connected and not self.heard.kinds:
            return "no other telemetry came either, which would show that it reports at all"
        return doubt(stretch, Control(0.0, (row.interval or 0.0) + row.grace))


class Watched:
    """Everything that this run watches, read when a test asks for it."""

    def __init__(self, options: Options, observed: Results) -> None:
        self._profile = options.profile
        self._trials = trials(options)
        self._observed = observed

    def judge(
        self, find: Find, choose: Callable[[Trial], bool], *, needs_known: bool = True
    ) -> None:
        """Judge the chosen examples; the worst of what is found in any of them is the verdict.

        One that could not be watched hides nothing that was seen of another. `needs_known`: it
        takes to know what the setting is.
        """
        chosen = [one for one in self._trials if choose(one)]
        if not chosen:
            raise OutOfReach(NOT_OURS, unlock="--dataplane-cmd CMD")
        if needs_known and not all(one.known for one in chosen):
            name = self._profile.settings[SETTING][0]
            raise OutOfReach(
                NOT_DECLARED.format(name=name), unlock=f"--dataplane-setting {name}=VALUE"
            )
        conclude(found for one in chosen for found in self._found(find, one))

    def _found(self, find: Find, trial: Trial) -> Iterator[Problem]:
        try:
            yield from find(self._watch(trial))
        except (Violation, Inconclusive, OutOfReach, ConformanceError) as problem:
            yield problem

    def _watch(self, trial: Trial) -> Watch:
        observed = self._observed[trial.name]
        told = Heard.from_json(observed.result) if observed.refused is None else None
        return Watch(trial, self._profile, told, observed.refused or "", self._others(trial))

    def _others(self, trial: Trial) -> Heard | None:
        if trial.family is Family.DECLARED:
            return None
        try:
            return Heard.from_json(self._observed[EVERYTHING].result)
        except (Violation, Inconclusive, OutOfReach, ConformanceError):
            return None


def conclude(findings: Iterable[Problem]) -> None:
    """Raise the worst of what was found, all violations as one; nothing where nothing was."""
    found = list(findings)
    violations = [one for one in found if isinstance(one, Violation)]
    if violations:
        raise merged(violations)
    for kind in (ConformanceError, Inconclusive, OutOfReach):
        for one in found:
            if isinstance(one, kind):
                raise one


def merged(violations: list[Violation]) -> Violation:
    """Return several violations as one that tells what each of them was about."""
    if len(violations) == 1:
        return violations[0]
    one = Violation(
        expected="; ".join(dict.fromkeys(each.expected for each in violations)),
        came="; ".join(dict.fromkeys(each.came for each in violations)),
        exchanges=tuple(exchange for each in violations for exchange in each.exchanges),
        entries=tuple(entry for each in violations for entry in each.entries),
    )
    for note in getattr(violations[0], "__notes__", ()):
        one.add_note(note)
    return one
