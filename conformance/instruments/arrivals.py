"""From what a client did and what the control plane heard to the course of a token; pure.

The two clocks are told apart: what the control plane heard in the middle of an exchange tells how
far they are from each other, and how well that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from conformance.instruments.limiter import Course, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LIMITED = 429

__all__ = ["Attempt", "Heard", "Tally", "offset_of", "tally"]

ROUNDING = 1e-6
"""Seconds by which sums and differences of times may be off, and clocks all the same go alike."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request of a client, by its own clock; `mark` is what it carries through to be known."""

    mark: str
    sent: float
    answered: float
    status: int

    @property
    def ok(self) -> bool:
        """Whether it was answered with a success (2xx)."""
        return 200 <= self.status < 300

    @property
    def span(self) -> Span:
        """From when it was sent until it was answered."""
        return Span(self.sent, self.answered)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request of the same token that the control plane heard, by its own clock.

    `mark` is that of the attempt which was passed on; the data plane's own requests have none.
    """

    at: float
    mark: str | None = None
    status: int | None = 200

    @property
    def ok(self) -> bool:
        """Whether the control plane answered with a success (2xx)."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Tally:
    """What one token did, and how well the times are known, in seconds.

    `denied` are the marks of attempts that were refused, and passed on all the same.
    """

    course: Course
    sent: int
    denied: tuple[str, ...]
    uncertainty: float

    @property
    def passed(self) -> int:
        """How many requests of the token the control plane heard."""
        return len(self.course.passed)

    @property
    def granted(self) -> int:
        """How many of them were not those that had been refused."""
        return self.passed - len(self.denied)

    def to_json(self) -> dict[str, object]:
        """This tally as a JSON object."""
        return {
            "sent": self.sent,
            "denied": list(self.denied),
            "uncertainty": self.uncertainty,
            "passed": [[span.earliest, span.latest] for span in self.course.passed],
            "refused": [[span.earliest, span.latest] for span in self.course.refused],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """The tally that `to_json` wrote."""
        passed, refused = (
            tuple(Span(*pair) for pair in row[name]) for name in ("passed", "refused")
        )
        return cls(Course(passed, refused), row["sent"], tuple(row["denied"]), row["uncertainty"])


def offset_of(attempts: Iterable[Attempt], heard: Iterable[Heard]) -> Span | None:
    """Return what is to be added to the control plane's clock to get the client's.

    None where no attempt was seen to pass, or the clocks did not go alike.
    """
    passed = {attempt.mark: attempt for attempt in attempts if attempt.ok}
    pairs = [(passed[one.mark], one.at) for one in heard if one.mark in passed]
    if not pairs:
        return None
    least = max(attempt.sent - at for attempt, at in pairs)
    most = min(attempt.answered - at for attempt, at in pairs)
    if least > most + ROUNDING:
        return None
    return Span(min(least, most), max(least, most))


def tally(attempts: Sequence[Attempt], heard: Sequence[Heard]) -> Tally:
    """Return the course of a token of which these were all attempts.

    A limiter may count a request when it comes, or when it is over: anywhere in its exchange. What
    belongs to no exchange has the time at which it was heard, give or take the longest of them.
    """
    longest = max((attempt.answered - attempt.sent for attempt in attempts), default=0.0)
    offset = offset_of(attempts, heard)
    known = {attempt.mark: attempt for attempt in attempts}
    marks = {one.mark for one in heard}
    everything = Span(
        min((attempt.sent for attempt in attempts), default=0.0),
        max((attempt.answered for attempt in attempts), default=0.0),
    )

    def counted(one: Heard) -> Span:
        attempt = known.get(one.mark or "")
        if attempt is not None and attempt.ok:
            return attempt.span
        if offset is None:
            return everything
        return Span(one.at + offset.earliest - longest, one.at + offset.latest + longest)

    def is_denied(one: Heard) -> bool:
        attempt = known.get(one.mark or "")
        if attempt is None or attempt.ok or not one.ok:
            return False
        later = offset is not None and one.at + offset.earliest > attempt.answered
        return later or attempt.status == LIMITED

    return Tally(
        Course(
            tuple(counted(one) for one in heard),
            tuple(one.span for one in attempts if not one.ok and one.mark not in marks),
        ),
        sent=len(attempts),
        denied=tuple(one.mark for one in heard if one.mark is not None and is_denied(one)),
        uncertainty=longest + ((offset.latest - offset.earliest) / 2 if offset else 0.0),
    )
