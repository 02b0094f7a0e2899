"""Whose credential a run carries, what it is used for, and what happens without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.expect import Inconclusive, Violation, outcome
from conformance.instruments.ages import Fate
from conformance.marks import observes, requirement
from conformance.suites.retention.judging import (
    Survivors,
    in_use,
    is_look_up,
    is_ours,
    is_write,
    lacking,
    run_of,
    takes_part,
    who,
    with_token,
)
from conformance.suites.retention.observations import STORY
from conformance.suites.retention.plan import LOGS, OURS, TYPES
from conformance.suites.retention.story import (
    BEFORE,
    EXTENDED,
    REFRESHED,
    RESTORED,
    REVOKED,
    UNPROVIDED,
    WITH,
    WITHOUT,
)

if TYPE_CHECKING:
    from conformance.options.values import Options
    from conformance.suites.retention.facts import Tale, Told
    from mock_control_plane.client import Entry
    from mock_control_plane.wire import Profile

pytestmark = observes(STORY)
ROWS = ("token-store", "retention-run")
FIRST = f"token 1 of the {OURS} organisation"


@requirement("RET-01")
def test_provisioned_token_is_in_use(tale: Tale, profile: Profile) -> None:
    """Once its URL is configured and the control plane has handed a token over, a run looks things
    up with that token; nobody does anything else for it.
    """
    _is_handed_over(tale, profile, FIRST)
    told = run_of(tale, WITH)
    if not told.exchange.ok:
        raise Inconclusive(f"a run could not be started: {outcome(told.exchange)}")
    if not with_token(told):
        lacking(
            profile,
            ROWS,
            expected="a token that the control plane provisioned is used in the next run",
            came=f"the token was taken ({tale.handed[FIRST][0]}), and nothing was asked with it in "
            f"a run that was answered {outcome(told.exchange)}",
            told=told,
        )


@requirement("RET-02")
def test_look_ups_carry_the_token(tale: Tale, options: Options) -> None:
    """Every look-up of projects, of what lies in them and of policies carries a service token."""
    run_of(tale, WITH)
    seen = 0
    for told in _with_tokens(tale):
        ups = [each for each in _of_run(tale, told, options) if is_look_up(each)]
        wrong = [each for each in ups if each.credential not in tale.tokens]
        seen += len(ups) - len(wrong)
        if wrong:
            raise Violation(
                expected="every look-up of a run carries the service token",
                came=f"{wrong[0].method} {wrong[0].path} carried {who(tale, wrong[0])}, in a run "
                f"{told.name}",
                exchanges=told.exchange,
                entries=wrong,
            )
    if not seen:
        raise Inconclusive("no look-up of projects or policies was seen", row="retention-lookup")


@requirement("RET-03")
def test_reading_projects_is_enough(tale: Tale, profile: Profile) -> None:
    """With a token that may read projects and what lies in them, and is refused everything else,
    what is too old is deleted.
    """
    told = run_of(tale, WITH)
    refused = [each for each in with_token(told) if each.status == 403]
    if any(_deleted(tale, profile, told, type) for type in TYPES):
        return
    in_use(tale, told, profile)
    if not refused:
        raise Inconclusive("nothing was deleted, and nothing was refused; RET-15 judges that")
    raise Violation(
        expected="retention works with a token that may read projects and nothing else",
        came=f"nothing was deleted after {refused[0].method} {refused[0].path} was refused",
        exchanges=told.exchange,
        entries=refused,
    )


@requirement("RET-04")
def test_new_token_is_used_after_refresh(tale: Tale, profile: Profile) -> None:
    """Every run that starts after a refresh and the profile's grace uses the new token, and no
    older one, without a restart.
    """
    in_use(tale, run_of(tale, WITH), profile)
    run_of(tale, REFRESHED)
    for name in list(tale.handed)[:3]:
        _is_handed_over(tale, profile, name)
    settled = [each for each in tale.runs if each.name == REFRESHED and each.settled]
    if not settled:
        raise Inconclusive(f"no run was made after the grace: {tale.stopped}")
    grace = profile.rows["token-store"].grace
    for number, told in enumerate(settled, start=1):
        newest = told.current[OURS]
        used = in_use(tale, told, profile)
        stale = [each for each in used if each.credential != newest]
        if stale:
            raise Violation(
                expected=f"a run that starts after a refresh uses {tale.tokens[newest]}",
                came=f"run {number} after the grace of {grace:g} s used {who(tale, stale[0])}",
                exchanges=told.exchange,
                entries=stale,
            )


@requirement("RET-05")
def test_nothing_is_deleted_without_token(tale: Tale, profile: Profile) -> None:
    """A run before there is a token deletes nothing; nor does any run of what belongs to another
    organisation that has none. With a token the same rows go.
    """
    told = run_of(tale, WITHOUT)
    for type in TYPES:
        rows = Survivors(tale, told, type=type, apart=0.0)
        _keeps(told, rows, BEFORE, WITHOUT, "nobody had given it a token")
    _theirs_are_there(tale, told)
    if tale.took is None:
        raise Inconclusive("nothing was deleted with a token either; RET-15 judges that")
    if tale.quiet[WITHOUT] < tale.took:
        _theirs_are_gone(tale, profile)


@requirement("RET-05")
def test_nothing_is_deleted_with_revoked_token(tale: Tale) -> None:
    """After the token was revoked a run deletes nothing; the same rows go once there is one."""
    told = run_of(tale, REVOKED)
    rows = Survivors(tale, told, type=LOGS, apart=0.0)
    written = [each for each in tale.things if each.overdue]
    reading = tale.readings[REVOKED]
    gone = [each for each in written if reading.has(each) is False]
    if gone:
        raise Violation(
            expected="nothing is deleted in a run whose token is revoked",
            came=f"the run deleted {rows.said(gone)}",
            exchanges=told.exchange,
            entries=told.entries,
        )
    run_of(tale, RESTORED)
    after = tale.readings.get(RESTORED)
    if after is None or not all(after.has(each) is False for each in written):
        raise Inconclusive("the rows were not deleted with a new token either; RET-04 judges that")


@requirement("RET-13")
def test_token_only_reads_and_is_alone(tale: Tale, options: Options, profile: Profile) -> None:
    """Nothing that changes the control plane is asked with a token, whether it is let or not; and
    nothing of what a run needs is asked with another credential.
    """
    first = run_of(tale, WITH)
    for told in _with_tokens(tale):
        for entry in _of_run(tale, told, options):
            known = entry.credential in tale.tokens
            if known and (is_write(entry) or entry.classification.startswith("telemetry")):
                raise _misused(told, entry, f"{who(tale, entry)} was used for")
            if not known and takes_part(entry):
                raise _misused(told, entry, f"{who(tale, entry)} took part:")
    in_use(tale, first, profile)


def _misused(told: Told, entry: Entry, what: str) -> Violation:
    return Violation(
        expected="a run only reads, with the service token and no other credential",
        came=f"{what} {entry.method} {entry.path}, in a run {told.name}",
        exchanges=told.exchange,
        entries=[entry],
    )


def _with_tokens(tale: Tale) -> list[Told]:
    """The runs that there was a token for."""
    return [told for told in tale.runs if told.current]


def _of_run(tale: Tale, told: Told, options: Options) -> list[Entry]:
    owned = options.target.started
    return [each for each in told.entries if is_ours(tale, each, owned=owned)]


def _is_handed_over(tale: Tale, profile: Profile, name: str) -> None:
    status, problem = tale.handed.get(name, (None, tale.stopped))
    if name not in tale.handed:
        raise Inconclusive(f"no token was handed over: {tale.stopped}")
    if status is None or not 200 <= status < 300:
        lacking(
            profile,
            ROWS[:1],
            expected="the data plane takes a service token from the control plane",
            came=f"it answered {status} to {name}: {problem}",
        )


def _deleted(tale: Tale, profile: Profile, told: Told, type: str) -> bool:
    rows = Survivors(tale, told, type=type, apart=profile.timing.clock_apart)
    return any(rows.fate(each) is Fate.GOES for each in rows.gone(UNPROVIDED, WITH))


def _keeps(told: Told, rows: Survivors, before: str, after: str, why: str) -> None:
    if gone := rows.gone(before, after):
        raise Violation(
            expected="a run without a service token deletes nothing",
            came=f"{why}, and the run deleted {rows.said(gone)}",
            exchanges=told.exchange,
            entries=told.entries,
        )


def _theirs_are_there(tale: Tale, told: Told) -> None:
    """What belongs to the organisation without a token was there until it got one."""
    theirs = [each for each in tale.things if each.organization != OURS]
    if not theirs or REVOKED not in tale.readings:
        return
    rows = Survivors(tale, told, type=LOGS, apart=0.0)
    first, then = tale.readings[BEFORE], tale.readings[REVOKED]
    gone = [each for each in theirs if first.has(each) and then.has(each) is False]
    if gone:
        raise Violation(
            expected="nothing is deleted in an organisation for which there is no token",
            came=f"only another organisation had a token, and gone is {rows.said(gone)}",
            exchanges=told.exchange,
            entries=told.entries,
        )


def _theirs_are_gone(tale: Tale, profile: Profile) -> None:
    """The control where the first run was watched for too short a time."""
    told = tale.run(EXTENDED)
    gone = []
    if told is not None:
        rows = Survivors(tale, told, type=LOGS, apart=profile.timing.clock_apart)
        gone = [each for each in rows.gone(REVOKED, EXTENDED) if each.organization != OURS]
    if not gone:
        raise Inconclusive(
            f"nothing was deleted within {tale.quiet[WITHOUT]:.1f} s without a token, but with one "
            f"it took {tale.took:.1f} s, so nobody can tell"
        )
