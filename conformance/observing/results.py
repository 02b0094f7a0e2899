"""What tests read: the results of observations, waited for if need be, in any process of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from conformance.errors import ObservationBroke
from conformance.observing.state import Kind, Problem

if TYPE_CHECKING:
    from conformance.observing.files import Files
    from conformance.observing.observation import Observed
    from conformance.observing.state import State

__all__ = ["Results", "Saying", "Taken", "matching"]

LOOK = 0.05
PATIENCE = 1.0
AGAIN = 15.0
OWNER_GONE = 60.0
UNLOCK = "--dataplane-cmd CMD"

Notify = Callable[[str], object]


def matching(wanted: str, names: list[str]) -> list[str]:
    """The names that a test means: the one that it spells out, else all that begin like that."""
    return [wanted] if wanted in names else [name for name in names if name.startswith(wanted)]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read, and how many seconds that had to be waited for."""

    names: tuple[str, ...] = ()
    waited: float = 0.0


class Results:
    """The results of this run's observations by their names; used by one test at a time.

    Reading one that is not over waits for it, and `notify` is told what is waited for. One without
    a result raises what the test has to end with: inconclusive, skipped, failed or broken.
    """

    def __init__(self, files: Files, *, absent: str = "", notify: Notify = lambda _: None) -> None:
        self._files = files
        self._absent = absent
        self._notify = notify
        self._taken = Taken()

    def __getitem__(self, name: str) -> Observed:
        if name not in self._files.names():
            self._missing(name)
        state, waited = self._over(name)
        before = self._taken
        self._taken = Taken((*before.names, name), before.waited + waited)
        if state.problem is not None:
            state.problem.throw(name)
        assert state.observed is not None
        return state.observed

    def matching(self, wanted: str) -> list[Observed]:
        """All results that a name or the beginning of names stands for, in the order of the names.

        There is at least one; one without a result raises as reading it by its name does.
        """
        names = matching(wanted, self._files.names())
        if not names:
            self._missing(wanted)
        return [self[name] for name in names]

    def take(self) -> Taken:
        """What was read and waited for since this was asked last; waiting is no test's own work."""
        taken, self._taken = self._taken, Taken()
        return taken

    def _missing(self, name: str) -> NoReturn:
        if self._absent:
            Problem(Kind.ABSENT, self._absent, unlock=UNLOCK).throw(name)
        raise ObservationBroke(
            f"no observation of this run is named {name!r}; the test has to say @observes({name!r})"
            ", and the observations.py of its suite has to declare it"
        )

    def _over(self, name: str) -> tuple[State, float]:
        began = time.monotonic()
        say = Saying(self._notify)
        pulse = _Pulse(self._files)
        while not (state := self._files.read(name)).over:
            pulse.check()
            say(state)
            threading.Event().wait(LOOK)
        return state, time.monotonic() - began


class Saying:
    """Says what is waited for: not at once, again when that changes, and now and then."""

    def __init__(self, notify: Notify, patience: float | None = None) -> None:
        self._notify = notify
        self._patience = PATIENCE if patience is None else patience
        self._last = time.monotonic()
        self._what = ""

    def __call__(self, state: State) -> None:
        """Take that this is still waited for."""
        now, what = time.monotonic(), state.why or state.phase.value
        if now - self._last >= (self._patience if what != self._what else AGAIN):
            self._notify(state.sentence)
            self._what, self._last = what, now

    def rest(self) -> None:
        """Take that something else was just said."""
        self._last = time.monotonic()


class _Pulse:
    """The pulse of the session's owner, as seen by the clock of whoever waits."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._seen = files.pulse()
        self._at = time.monotonic()

    def check(self) -> None:
        """Raise if the owner has shown nothing for too long."""
        pulse, now = self._files.pulse(), time.monotonic()
        if pulse != self._seen:
            self._seen, self._at = pulse, now
        elif now - self._at > OWNER_GONE:
            raise ObservationBroke(
                f"the process that makes the observations has not been heard of for {OWNER_GONE:g} "
                "s; it was killed, or the machine is overloaded: run it again"
            )
