"""A story of retention is judged by what was seen: harm fails, silence may mean nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.suites.retention import judging, secrecy, shelves, test_credentials, test_survivors
from conformance.suites.retention.facts import Leak, Tale
from conformance.suites.retention.story import REFRESHED, WITH, WITHOUT
from tests.conformance.suites.retention.tales import (
    ASSUMING,
    FREE,
    KEY,
    LOOK_UP,
    OLD,
    OLDER,
    PROFILE,
    RUN,
    YOUNG,
    asked,
    reading,
    run,
    tale,
)

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from mock_control_plane.wire import Profile

NO_ROUTE = replace(RUN, status=404, body=b"no such route")
LOGS = "project_logs"


def test_story_survives_being_written_down() -> None:
    """What an observation tells is what a test reads, in whichever process."""
    told = tale()
    told.leaks = [
        Leak("a token", "the body", exchange=RUN),
        Leak("a token", "a path", None, LOOK_UP),
    ]
    written = json.loads(json.dumps(told.to_json()))
    assert Tale.from_json(written).to_json() == told.to_json()


@pytest.mark.parametrize(
    ("path", "method", "looks_up", "writes"),
    [
        ("/api/project/get", "POST", True, False),
        ("/api/project_automation/get", "POST", True, False),
        ("/api/experiment", "GET", True, False),
        ("/api/project/register", "POST", False, True),
        ("/api/project/patch_id", "POST", False, True),
        ("/api/project_automation", "DELETE", False, True),
        ("/api/self/me", "POST", False, False),
        ("/api/apikey/login", "POST", False, False),
        ("/api/user/get", "POST", False, False),
        ("/api/secret", "POST", False, False),
        ("/below/api/dataset/get", "POST", True, False),
    ],
)
def test_look_ups_and_writes_are_told_apart(
    path: str, method: str, looks_up: bool, writes: bool
) -> None:
    """Reading what retention is about is a look-up, what could change anything is a write."""
    entry = asked(path, method=method)
    assert (judging.is_look_up(entry), judging.is_write(entry)) == (looks_up, writes)


def test_right_story_passes() -> None:
    """What is too old is gone, and everything else is there."""
    test_survivors.test_young_survives(tale(), PROFILE, LOGS)
    test_survivors.test_old_is_gone(tale(), PROFILE, LOGS)
    test_credentials.test_provisioned_token_is_in_use(tale(), PROFILE)
    test_credentials.test_nothing_is_deleted_without_token(tale(), PROFILE)


def test_lost_row_is_shown_with_its_age_and_policy() -> None:
    """A young row that is gone fails it, also where rows of the profile are only assumed."""
    with pytest.raises(Violation, match=r"young: created 2025-12-31T00:00:00Z.*kept for 30 days"):
        test_survivors.test_young_survives(tale(left=(FREE,)), ASSUMING, LOGS)
    with pytest.raises(Violation, match=r"free: created 1999.*no policy"):
        test_survivors.test_nothing_goes_without_policy(tale(left=(YOUNG,)), ASSUMING, "dataset")


def test_changed_row_fails_it() -> None:
    """What is left has to be what it was."""
    told = tale()
    changed = (("young", "input was 'a' and is 'b'"),)
    told.readings[WITH] = replace(told.readings[WITH], changed=changed)
    with pytest.raises(Violation, match="input was 'a'"):
        test_survivors.test_young_survives(told, PROFILE, LOGS)


def test_dataset_has_to_be_there_still() -> None:
    """A dataset that cannot be read any more fails it."""
    told = tale()
    told.datasets = {FREE.path: 404}
    with pytest.raises(Violation, match="/v1/dataset/2 is answered 404"):
        test_survivors.test_nothing_goes_without_policy(told, PROFILE, "dataset")


def test_changed_bystander_fails_it() -> None:
    """An object that no policy is about is the same after a run, or it fails."""
    told = tale()
    with pytest.raises(Inconclusive, match="none can be compared"):
        test_survivors.test_bystanders_are_untouched(told, PROFILE)
    told.bystanders, told.hurt = 3, {"/v1/project/7": '404 "not there"'}
    with pytest.raises(Violation, match="GET /v1/project/7 is now answered 404"):
        test_survivors.test_bystanders_are_untouched(told, ASSUMING)


def test_survival_means_nothing_where_nothing_is_deleted() -> None:
    """Without an old row that went nobody can tell whether the young one would have stayed."""
    everything = tale(left=(OLD, YOUNG, FREE))
    with pytest.raises(Inconclusive, match="deleted nothing of type"):
        test_survivors.test_young_survives(everything, PROFILE, LOGS)


@pytest.mark.parametrize(("profile", "kind"), [(PROFILE, Violation), (ASSUMING, Inconclusive)])
def test_old_row_that_is_left_fails_what_is_known(
    profile: Profile, kind: type[BaseException]
) -> None:
    """What ought to be gone and is not is a violation, unless the routes are a guess."""
    with pytest.raises(kind, match="there still is the row old"):
        test_survivors.test_old_is_gone(tale(left=(OLD, YOUNG)), profile, LOGS)


def test_data_plane_with_times_of_its_own_is_not_judged_by_ours() -> None:
    """Where rows do not keep the creation times that they come with, they are not too old."""
    told = tale(left=(OLD, YOUNG, FREE))
    told.restamped = ["old"]
    with pytest.raises(Inconclusive, match="other creation times"):
        test_survivors.test_old_is_gone(told, PROFILE, LOGS)
    assert shelves.is_another_time("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z")
    assert not shelves.is_another_time("2026-01-01T14:00:00+14:00", "2026-01-01T00:00:00.000")
    assert not shelves.is_another_time(None, "2026-06-01T00:00:00Z")
    assert not shelves.is_another_time("2026-01-01T00:00:00Z", "long ago")


def test_run_without_token_must_not_delete() -> None:
    """A row that goes before there is a token fails it."""
    told = tale()
    told.readings[WITHOUT] = reading(YOUNG, FREE)
    with pytest.raises(Violation, match=r"nobody had given it a token.*the row old"):
        test_credentials.test_nothing_is_deleted_without_token(told, ASSUMING)


def test_short_watch_proves_nothing() -> None:
    """Where it takes longer to delete than was watched, nobody can tell."""
    told = tale()
    told.took = 5.0
    with pytest.raises(Inconclusive, match=r"1.0 s without a token"):
        test_credentials.test_nothing_is_deleted_without_token(told, PROFILE)


@pytest.mark.parametrize(
    ("profile", "exchange", "kind"),
    [
        (PROFILE, RUN, Violation),
        (ASSUMING, RUN, Inconclusive),
        (PROFILE, NO_ROUTE, Inconclusive),
    ],
)
def test_unused_token(profile: Profile, exchange: Exchange, kind: type[BaseException]) -> None:
    """A token that was taken and is not used fails it where the run itself is known to work."""
    told = tale(run(WITHOUT), run(WITH, exchange=exchange))
    with pytest.raises(kind):
        test_credentials.test_provisioned_token_is_in_use(told, profile)


def test_older_token_after_the_grace_fails_it() -> None:
    """A run that starts after the grace uses the newest token only; one within it may not yet."""
    stale = asked("/api/project/get", credential=OLDER)
    within = run(REFRESHED, stale, settled=False)
    right = tale(run(WITHOUT), run(WITH, LOOK_UP), within, run(REFRESHED, LOOK_UP))
    test_credentials.test_new_token_is_used_after_refresh(right, PROFILE)
    wrong = tale(run(WITHOUT), run(WITH, LOOK_UP), within, run(REFRESHED, LOOK_UP, stale))
    with pytest.raises(Violation, match="used token 2 of the first organisation"):
        test_credentials.test_new_token_is_used_after_refresh(wrong, PROFILE)


def test_refusal_without_effect_is_no_fault_of_the_token() -> None:
    """Nothing deleted after something was refused: more than reading projects was needed."""
    refused = asked("/api/user/get", status=403)
    everything = (OLD, YOUNG, FREE)
    with pytest.raises(Violation, match="after POST /api/user/get was refused"):
        test_credentials.test_reading_projects_is_enough(
            tale(run(WITHOUT), run(WITH, refused), left=everything), PROFILE
        )
    test_credentials.test_reading_projects_is_enough(
        tale(run(WITHOUT), run(WITH, LOOK_UP, refused)), PROFILE
    )


def test_story_that_stopped_judges_nothing() -> None:
    """What it did not come to is inconclusive; what was not permitted says what permits it."""
    with pytest.raises(OutOfReach, match="--dataplane-allow-destructive"):
        judging.run_of(Tale(), WITH)
    with pytest.raises(Inconclusive, match="the data plane went away"):
        judging.run_of(Tale(stopped="the data plane went away"), WITH)


def test_evidence_of_a_leak_holds_no_token() -> None:
    """What was found is not shown again."""
    secret = b'{"name": "n", "token": "bt-st-0123"}'
    leaky = replace(RUN, request_body=secret, body=secret, headers=(("x-a", "bt-st-0123"),))
    shown = secrecy.hidden(leaky)
    assert "bt-st-0123" not in f"{shown.request_body!r}{shown.body!r}{shown.headers}{shown.curl()}"


def test_other_requests_take_no_part() -> None:
    """Telemetry is neither a look-up nor a write of metadata."""
    entry = replace(asked("/api/pulse/status", credential=KEY), classification="telemetry:status")
    assert not judging.takes_part(entry)
