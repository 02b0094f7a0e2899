"""From what the tests of a run did to an outcome per requirement, the verdict and the exit code.

Pure. How several outcomes make one is in `outcomes.py`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.outcomes import Broke, Done, Gathered, Outcome, Reason, worst_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from conformance.requirements import Catalogue, Requirement
    from conformance.scope import Missing, Scope


class Verdict(StrEnum):
    """What became of a run, and of an area."""

    CONFORMANT = "conformant"
    CONFORMANT_IN_SCOPE = "conformant in scope"
    NOT_CONFORMANT = "not conformant"
    INCOMPLETE = "incomplete"


JUDGED = frozenset({Outcome.PASSED, Outcome.FAILED})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one requirement; `expected_failure` is why it was known to fail, if it was."""

    requirement: Requirement
    outcome: Outcome
    in_scope: bool
    reason: Reason | None = None
    tests: tuple[Done, ...] = ()
    missing: tuple[Missing, ...] = ()
    expected_failure: str | None = None

    @property
    def seconds(self) -> float:
        """How long its tests took, added up."""
        return sum(one.seconds for one in self.tests)

    @property
    def broke(self) -> Broke | None:
        """Whose fault its error is, the environment's before the suite's."""
        if self.outcome is not Outcome.ERROR:
            return None
        faults = {one.broke for one in self.tests}
        return Broke.ENVIRONMENT if Broke.ENVIRONMENT in faults else Broke.SUITE


@dataclass(frozen=True, slots=True)
class Unlock:
    """Something that would let a run judge more, and the ids that wait for it."""

    need: str
    unlock: str
    sentence: str
    requirements: tuple[str, ...]
    musts: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run found: a result for each requirement of the catalogue, in its order."""

    results: tuple[Result, ...]
    narrowed: bool = False
    cut_short: bool = False

    @property
    def verdict(self) -> Verdict:
        """The verdict of the run."""
        if self.cut_short:
            return Verdict.INCOMPLETE
        return verdict_of(self.results, whole=not self.narrowed)

    @property
    def areas(self) -> dict[str, tuple[Result, ...]]:
        """The results by area, in the order of the catalogue."""
        areas: dict[str, list[Result]] = {}
        for result in self.results:
            areas.setdefault(result.requirement.area, []).append(result)
        return {area: tuple(results) for area, results in areas.items()}

    @property
    def musts(self) -> tuple[Result, ...]:
        """The results that decide the verdict."""
        return tuple(result for result in self.results if result.requirement.is_must)

    @property
    def stale(self) -> tuple[Result, ...]:
        """Known failures that passed; a part of their tests passing proves nothing."""
        if self.narrowed:
            return ()
        return tuple(
            result
            for result in self.results
            if result.expected_failure is not None and result.outcome is Outcome.PASSED
        )

    @property
    def unlocks(self) -> tuple[Unlock, ...]:
        """What stands between this run and a verdict on everything, most MUSTs first."""
        return _unlocks(self.results)


def judge(
    catalogue: Catalogue,
    scope: Scope,
    gathered: Gathered,
    expected_failures: Mapping[str, str] | None = None,
) -> Judgement:
    """Give every requirement that is not withdrawn its outcome."""
    known = expected_failures or {}
    by_id: dict[str, list[Done]] = {}
    for one in gathered.tests:
        by_id.setdefault(one.requirement, []).append(one)
    results = tuple(
        _result(requirement, scope, gathered, by_id.get(id, ()), known.get(id))
        for id, requirement in catalogue.items()
        if requirement.withdrawn is None
    )
    return Judgement(results, narrowed=gathered.narrowed, cut_short=gathered.cut_short)


def _result(
    requirement: Requirement,
    scope: Scope,
    gathered: Gathered,
    tests: Sequence[Done],
    expected_failure: str | None,
) -> Result:
    id, ran = requirement.id, tuple(tests)
    missing = scope.out_of_scope.get(id, ())
    if missing or id not in scope.in_scope:
        reason = _out_of_scope(missing)
    elif gathered.narrowed and not ran and not gathered.collected.get(id):
        reason = NOT_SELECTED
    else:
        outcome, why = _outcome(ran, gathered.collected.get(id, len(ran)), gathered)
        return Result(requirement, outcome, True, why, ran, (), expected_failure)
    return Result(requirement, Outcome.SKIPPED, False, reason, ran, missing, expected_failure)


NOT_SELECTED = Reason(
    "not-selected",
    "None of its tests was selected; run without paths, -k and -m to judge it.",
)


def _out_of_scope(missing: Sequence[Missing]) -> Reason:
    sentence = " ".join(one.sentence for one in missing)
    return Reason(
        "out-of-scope",
        sentence or "The options of the run leave it out.",
        tuple(one.unlock for one in missing if one.unlock),
    )


def _outcome(
    ran: Sequence[Done], collected: int, gathered: Gathered
) -> tuple[Outcome, Reason | None]:
    worst = worst_of(one.outcome for one in ran)
    if worst is None or (worst is Outcome.PASSED and len(ran) < collected):
        return _not_all_ran(len(ran), collected, gathered)
    reasons = (one.reason for one in ran if one.outcome is worst and one.reason is not None)
    return worst, next(reasons, None)


def _not_all_ran(ran: int, collected: int, gathered: Gathered) -> tuple[Outcome, Reason]:
    how_many = f"{ran} of its {collected} tests were executed" if ran else "No test was executed"
    if gathered.cut_short:
        sentence = f"{how_many} before the run was cut short; run it again."
        return Outcome.INCONCLUSIVE, Reason("cut-short", sentence)
    sentence = f"{how_many} although the requirement was in scope: the suite broke."
    return Outcome.ERROR, Reason("not-executed", sentence)


def verdict_of(results: Iterable[Result], *, whole: bool = True) -> Verdict:
    """Return the verdict on these results; where not the whole suite ran, none is favourable."""
    musts = [result for result in results if result.requirement.is_must]
    in_scope = [result for result in musts if result.in_scope]
    if any(result.outcome is Outcome.FAILED for result in musts):
        return Verdict.NOT_CONFORMANT
    all_passed = all(result.outcome is Outcome.PASSED for result in in_scope)
    if not whole or not in_scope or not all_passed:
        return Verdict.INCOMPLETE
    return Verdict.CONFORMANT if len(in_scope) == len(musts) else Verdict.CONFORMANT_IN_SCOPE


def count(results: Iterable[Result]) -> dict[str, int]:
    """Count results by outcome; every outcome is there."""
    counted = Counter(result.outcome for result in results)
    return {outcome.value: counted[outcome] for outcome in Outcome}


def _unlocks(results: Iterable[Result]) -> tuple[Unlock, ...]:
    waiting: dict[tuple[str, str], list[tuple[str, Requirement]]] = {}
    for result in results:
        for need, unlock, sentence in _wanted(result):
            waiting.setdefault((need, unlock), []).append((sentence, result.requirement))
    unlocks = [
        Unlock(
            need,
            unlock,
            rows[0][0],
            tuple(requirement.id for _, requirement in rows),
            sum(requirement.is_must for _, requirement in rows),
        )
        for (need, unlock), rows in waiting.items()
    ]
    return tuple(sorted(unlocks, key=lambda one: (-one.musts, -len(one.requirements), one.need)))


def _wanted(result: Result) -> list[tuple[str, str, str]]:
    if result.outcome is Outcome.SKIPPED:
        wanted = [(one.need, one.unlock, one.sentence) for one in result.missing]
        return wanted or _out_of_reach(result.reason)
    row = result.reason.row if result.reason is not None else None
    if result.outcome is Outcome.INCONCLUSIVE and row is not None:
        sentence = f"Confirm or correct the row {row!r} in a wire profile of your own."
        return [(f"wire:{row}", "--dataplane-wire-profile FILE", sentence)]
    return []


def _out_of_reach(reason: Reason | None) -> list[tuple[str, str, str]]:
    """What would let a requirement be judged that was in scope, and cannot be judged like this."""
    unlocks = reason.unlock if reason is not None else ()
    return [("setting", unlock, reason.sentence) for unlock in unlocks if reason is not None]


INTERRUPTED, INTERNAL_ERROR, NOTHING_SELECTED, NOT_JUDGED = 2, 3, 5, 6
_OURS_DECIDES = frozenset({0, 1, NOTHING_SELECTED})


def exit_code(
    judgement: Judgement,
    *,
    pytest_status: int = 0,
    foreign_failures: bool = False,
    require_complete: bool = False,
) -> int:
    """Return the exit code of a run.

    `foreign_failures`: a test that is not the suite's failed; it keeps its 1. Any number of
    pytest's beyond passed, failed and nothing-collected (interrupted, usage, …) is kept as well.
    """
    results = judgement.results
    faults = {result.broke for result in results} - {None}
    unexcused = any(
        result.outcome is Outcome.FAILED and result.expected_failure is None
        for result in judgement.musts
    )
    if pytest_status not in _OURS_DECIDES:
        return pytest_status
    if unexcused or judgement.stale or foreign_failures:
        return 1
    if faults:
        return INTERRUPTED if Broke.ENVIRONMENT in faults else INTERNAL_ERROR
    if not any(result.in_scope for result in results):
        return NOTHING_SELECTED
    return NOT_JUDGED if _unjudged(judgement, require_complete) else 0


def _unjudged(judgement: Judgement, require_complete: bool) -> bool:
    return any(
        result.outcome not in JUDGED and (result.in_scope or require_complete)
        for result in judgement.musts
    )
