"""Row by row: what is young stays, what no policy is about stays, what is too old goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance import expect
from conformance.expect import Inconclusive, Violation
from conformance.instruments.ages import Fate
from conformance.marks import observes, requirement
from conformance.suites.retention.judging import Survivors, in_use, lacking, run_of
from conformance.suites.retention.observations import STORY
from conformance.suites.retention.plan import DATASET, LOGS, THEIRS, TYPES
from conformance.suites.retention.story import EXTENDED, LAST, LIFTED, REVOKED, UNPROVIDED, WITH

if TYPE_CHECKING:
    from conformance.suites.retention.facts import Tale, Thing, Told
    from mock_control_plane.wire import Profile

pytestmark = observes(STORY)
ROWS = ("retention-run", "retention-lookup")


@pytest.mark.parametrize("type", TYPES)
@requirement("RET-08")
def test_young_survives(tale: Tale, profile: Profile, type: str) -> None:
    """Of what a policy is about, a run leaves everything that is younger than its window, and
    leaves it as it was; a dataset stays when its rows go.
    """
    rows = _rows(tale, profile, type)
    gone = rows.gone(UNPROVIDED, WITH)
    wrong = [each for each in gone if rows.has_policy(each) and rows.fate(each) is Fate.STAYS]
    if wrong:
        raise _lost(
            run_of(tale, WITH), rows.said(wrong), "what is younger than its window survives a run"
        )
    _unchanged(tale, rows, policy=True)
    if type == DATASET:
        _datasets_are_there(tale, rows, policy=True)
    in_use(tale, run_of(tale, WITH), profile)
    _needs_control(rows)


@pytest.mark.parametrize("type", TYPES)
@requirement("RET-09")
def test_nothing_goes_without_policy(tale: Tale, profile: Profile, type: str) -> None:
    """A run leaves everything, however old, in projects and of types that no policy is about, byte
    for byte.
    """
    rows = _rows(tale, profile, type)
    wrong = [each for each in rows.gone(UNPROVIDED, WITH) if not rows.has_policy(each)]
    if wrong:
        raise _lost(run_of(tale, WITH), rows.said(wrong), "what no policy is about survives a run")
    _unchanged(tale, rows, policy=False)
    if type == DATASET:
        _datasets_are_there(tale, rows, policy=False)
    in_use(tale, run_of(tale, WITH), profile)
    _needs_control(rows)


@requirement("RET-09")
def test_bystanders_are_untouched(tale: Tale, profile: Profile) -> None:
    """A run leaves projects, prompts, functions, and the experiments and datasets that no policy is
    about, as they are, byte for byte.
    """
    told = run_of(tale, WITH)
    expect.that(
        not tale.hurt,
        expected="what no policy is about is the same before and after a run, byte for byte",
        came="; ".join(f"GET {path} is now answered {now}" for path, now in tale.hurt.items()),
        exchanges=told.exchange,
        entries=told.entries,
    )
    in_use(tale, told, profile)
    if not tale.bystanders:
        raise Inconclusive("no object is answered in the same way twice, so none can be compared")


@requirement("RET-09")
def test_nothing_goes_without_any_policy(tale: Tale, profile: Profile) -> None:
    """A run whose look-ups find no policy at all deletes nothing, of no age."""
    told = run_of(tale, LIFTED)
    for type in TYPES:
        rows = Survivors(tale, told, type=type, apart=profile.timing.clock_apart)
        # What a policy of before was about to take is left to judge for who follows changes.
        wrong = [each for each in rows.gone(LAST, LIFTED) if rows.fate(each) is Fate.STAYS]
        if wrong:
            raise _lost(told, rows.said(wrong), "nothing goes where there is no policy at all")
    in_use(tale, told, profile)


@pytest.mark.parametrize("type", TYPES)
@requirement("RET-15")
def test_old_is_gone(tale: Tale, profile: Profile, type: str) -> None:
    """What is older than its policy is gone within the profile's deadline, in every project, also
    what is only just too old.
    """
    told = run_of(tale, WITH)
    if not told.exchange.ok:
        came = f"the run was answered {expect.outcome(told.exchange)}"
        lacking(profile, ROWS, expected="retention can be run", came=came, told=told)
    in_use(tale, told, profile)
    rows = _rows(tale, profile, type)
    rows.gone(UNPROVIDED, WITH)
    left = [each for each in rows.left(UNPROVIDED, WITH) if each.organization in told.current]
    if own := [each for each in left if each.id in tale.restamped]:
        raise Inconclusive(
            f"the data plane gives rows other creation times than they come with: {own[0]}"
        )
    _expect_gone(profile, told, rows, left)
    if not any(rows.fate(each) is Fate.GOES for each in rows.gone(UNPROVIDED, WITH)):
        raise Inconclusive("no row was too old when the run began")


@requirement("RET-15")
def test_old_is_gone_in_every_organisation(tale: Tale, profile: Profile) -> None:
    """Where a token for another organisation is used too, what is too old there is gone after a
    run.
    """
    told = _run_for_both(tale, profile)
    if told is None:
        return
    rows = Survivors(tale, told, type=LOGS, apart=profile.timing.clock_apart)
    left = [each for each in rows.left(REVOKED, EXTENDED) if each.organization == THEIRS]
    _expect_gone(profile, told, rows, left)


@requirement("RET-08")
def test_young_survives_in_every_organisation(tale: Tale, profile: Profile) -> None:
    """Where a token for another organisation is used too, what is younger than its window there
    survives.
    """
    told = _run_for_both(tale, profile)
    if told is None:
        return
    rows = Survivors(tale, told, type=LOGS, apart=profile.timing.clock_apart)
    gone = [each for each in rows.gone(REVOKED, EXTENDED) if each.organization == THEIRS]
    wrong = [each for each in gone if rows.fate(each) is Fate.STAYS]
    if wrong:
        raise _lost(told, rows.said(wrong), "what is younger than its window survives a run")


def _expect_gone(profile: Profile, told: Told, rows: Survivors, left: list[Thing]) -> None:
    """Of what is left after a run, nothing should have gone."""
    wrong = [each for each in left if rows.fate(each) is Fate.GOES]
    if wrong:
        deadline = profile.rows["retention-run"].deadline or 0.0
        lacking(
            profile,
            ROWS,
            expected="what is older than its policy is gone after a run",
            came=f"{deadline:g} s after the run {told.name}, which was answered "
            f"{told.exchange.status}, there still is {rows.said(wrong)}",
            told=told,
        )


def _run_for_both(tale: Tale, profile: Profile) -> Told | None:
    """The run with tokens for two organisations; None for a data plane that is for one only."""
    in_use(tale, run_of(tale, WITH), profile)
    told = tale.run(EXTENDED)
    if told is None and tale.stopped is not None:
        raise Inconclusive(f"it did not come to a run {EXTENDED}: {tale.stopped}")
    theirs = None if told is None else told.current.get(THEIRS)
    used = told is not None and any(entry.credential == theirs for entry in told.entries)
    return told if used else None


def _rows(tale: Tale, profile: Profile, type: str) -> Survivors:
    return Survivors(tale, run_of(tale, WITH), type=type, apart=profile.timing.clock_apart)


def _lost(told: Told, what: str, expected: str) -> Violation:
    return Violation(
        expected=expected,
        came=f"a run that began at {told.span.first:%Y-%m-%dT%H:%M:%SZ} deleted {what}",
        exchanges=told.exchange,
        entries=told.entries,
    )


def _unchanged(tale: Tale, rows: Survivors, *, policy: bool) -> None:
    """What stays is what it was."""
    mine = {
        each.id: each
        for each in tale.things
        if each.type == rows.type and rows.has_policy(each) is policy
    }
    reading = tale.readings[WITH]
    wrong = [f"{mine[id]}: {what}" for id, what in reading.changed if id in mine]
    expect.that(
        not wrong,
        expected="what a run leaves is the same before and after, byte for byte",
        came="; ".join(wrong[:3]),
        exchanges=run_of(tale, WITH).exchange,
    )


def _datasets_are_there(tale: Tale, rows: Survivors, *, policy: bool) -> None:
    mine = {each.path: each for each in tale.things if rows.has_policy(each) is policy}
    wrong = [
        f"GET {path} is answered {status} (its rows: {mine[path].said})"
        for path, status in tale.datasets.items()
        if path in mine and status >= 400
    ]
    expect.that(
        not wrong,
        expected="a dataset is kept when its rows are deleted",
        came="; ".join(wrong),
        exchanges=run_of(tale, WITH).exchange,
    )


def _needs_control(rows: Survivors) -> None:
    """That something stays means something only where the same run deleted of the same type."""
    if not any(rows.fate(each) is Fate.GOES for each in rows.gone(UNPROVIDED, WITH)):
        raise Inconclusive(
            f"nothing was lost, but the run deleted nothing of type {rows.type} at all, so nobody "
            "can tell whether it would have stopped where it must; RET-15 judges that"
        )
