"""How far an observation has come, as a value that goes through a file from process to process."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NoReturn

from conformance import expect
from conformance.deployment.environment import Deployment
from conformance.errors import EnvironmentProblem, ObservationBroke
from conformance.observing.observation import Observed

__all__ = ["Kind", "Phase", "Problem", "State"]


class Phase(StrEnum):
    """How far an observation has come."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    OVER = "over"


class Kind(StrEnum):
    """What kind of problem there was instead of a result."""

    VIOLATION = "violation"
    INCONCLUSIVE = "inconclusive"
    ENVIRONMENT = "environment"
    SUITE = "suite"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no result; `row`, `expected`, `came` and `unlock` where the kind has them."""

    kind: Kind
    sentence: str
    row: str | None = None
    expected: str = ""
    came: str = ""
    unlock: str = ""

    @classmethod
    def of(cls, exception: BaseException, details: str = "") -> Problem:
        """What an exception means that ended an observation; `details` are for whoever mends it."""
        if isinstance(exception, expect.Violation):
            return cls(
                Kind.VIOLATION,
                str(exception),
                expected=exception.expected,
                came=exception.came,
            )
        if isinstance(exception, expect.Inconclusive):
            return cls(Kind.INCONCLUSIVE, exception.reason, exception.row)
        if isinstance(exception, EnvironmentProblem):
            return cls(Kind.ENVIRONMENT, str(exception))
        return cls(Kind.SUITE, f"{type(exception).__name__}: {exception}\n{details}".rstrip())

    def throw(self, name: str) -> NoReturn:
        """Raise what a test that wanted the result has to end with."""
        if self.kind is Kind.VIOLATION:
            raise expect.Violation(expected=self.expected, came=self.came)
        if self.kind is Kind.INCONCLUSIVE:
            raise expect.Inconclusive(self.sentence, row=self.row)
        if self.kind is Kind.ABSENT:
            raise expect.OutOfReach(self.sentence, unlock=self.unlock)
        if self.kind is Kind.ENVIRONMENT:
            raise EnvironmentProblem(f"the observation {name} could not be made: {self.sentence}")
        raise ObservationBroke(f"the observation {name} broke: {self.sentence}")


@dataclass(frozen=True, slots=True)
class State:
    """An observation as it stands: waiting for `why` until a wall second, or over in some way."""

    name: str
    phase: Phase
    why: str = ""
    until: float = 0.0
    observed: Observed | None = None
    problem: Problem | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.phase is Phase.OVER

    @property
    def outcome(self) -> str:
        """What became of it, in one word: observed, refused, the kind of its problem, or nothing
        yet.
        """
        if self.observed is not None:
            return "observed" if self.observed.refused is None else "refused"
        return self.problem.kind.value if self.problem is not None else "unfinished"

    @property
    def sentence(self) -> str:
        """What is to be said to somebody who waits for it."""
        if self.phase is Phase.RUNNING and self.why:
            return f"waiting {max(self.until - time.time(), 0):.0f} s for {self.why}"
        doing = {
            Phase.QUEUED: "its turn to be started",
            Phase.STARTING: "its data plane to be ready",
            Phase.RUNNING: "what is being done for it",
            Phase.OVER: "nothing",
        }[self.phase]
        return f"waiting for {self.name}: {doing}"

    def to_json(self) -> str:
        """This state as text that `from_json` reads."""
        return json.dumps(asdict(self), default=str, indent=1)

    @classmethod
    def from_json(cls, text: str) -> State:
        """The state that `to_json` wrote."""
        row = json.loads(text)
        observed, problem = row.pop("observed"), row.pop("problem")
        if observed and observed["deployment"]:
            observed["deployment"] = Deployment.of(observed["deployment"])
        return cls(
            **{**row, "phase": Phase(row["phase"])},
            observed=Observed(**observed) if observed else None,
            problem=Problem(**{**problem, "kind": Kind(problem["kind"])}) if problem else None,
        )
