"""A watched data plane is judged by what came of it, and by nothing where nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.suites.telemetry import judging
from mock_control_plane.wire import TELEMETRY
from tests.conformance.suites.telemetry.journals import (
    ASSUMING,
    EVERYTHING_HEARD,
    declared,
    entry,
    heard,
    leak,
    shown,
    telemetry,
    watch,
)

ALL = ",".join(TELEMETRY)


def test_what_is_listed_alone_is_right() -> None:
    """Nothing is found where exactly the listed kinds came, and the others would have."""
    assert shown(judging.nothing_else(watch("status,logs", "status", "logs"))) == []
    assert shown(judging.everything_listed(watch("status,logs", "status", "logs"))) == []


def test_what_is_not_listed_is_harm() -> None:
    """A kind beside the listed ones is a violation that shows its requests, whatever was silent."""
    found = list(judging.nothing_else(watch("status", "status", "traces", others=None)))
    violations = [one for one in found if isinstance(one, Violation)]
    assert [one.path for one in violations[0].entries] == ["/api/pulse/otel/v1/traces"]
    assert "traces came, with the setting 'status': #2 POST" in violations[0].came
    assert len(violations) == 1
    assert "CONTROL_PLANE_TELEMETRY=status" in violations[0].__notes__[0]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"others": None}, "not seen where it is on"),
        ({"others": heard("status")}, "not seen where it is on"),
        ({"others": replace(EVERYTHING_HEARD, took={"logs": 999.0})}, "watched for 1000.0 s only"),
        ({"told": heard("status", connected=False)}, "not seen at both ends"),
        ({"told": heard("status", seconds=2.9)}, "watched for 2.9 s only"),
    ],
)
def test_silence_without_control_is_inconclusive(fields: dict[str, object], reason: str) -> None:
    """Of logs that did not come nobody can tell, unless they would have come by then."""
    sentences = [
        text for kind, text in shown(judging.nothing_else(watch("status", "status", **fields)))
    ]
    assert any("no logs was heard" in text and reason in text for text in sentences)


def test_telemetry_of_no_known_kind_is_doubtful() -> None:
    """Where something is on it may be that; where nothing is, it is harm."""
    assert [kind for kind, _ in shown(judging.nothing_else(watch(ALL, *TELEMETRY, "unknown")))] == [
        "Inconclusive"
    ]
    assert shown(judging.nothing_else(watch("", "unknown"))) == [
        ("Violation", "telemetry that fits several kinds or none: #1 POST /somewhere")
    ]


def test_listed_kind_that_is_silent_fails() -> None:
    """Where the row is known, a listed kind that does not come is a violation."""
    (found,) = judging.everything_listed(watch("status,logs", "status"))
    assert isinstance(found, Violation)
    assert "no logs within 1000.0 s" in found.came


def test_assumed_row_fails_nobody() -> None:
    """Where a kind is assumed to come by an endpoint, its silence names the row to confirm."""
    found = list(judging.everything_listed(watch("metrics,logs", profile=ASSUMING)))
    assert [(type(one).__name__, getattr(one, "row", None)) for one in found] == [
        ("Violation", None),
        ("Inconclusive", "logs"),
    ]


def test_silence_of_what_is_not_connected_fails_nobody() -> None:
    """A data plane whose calls were not seen may have sent everything elsewhere."""
    (found,) = judging.everything_listed(watch("logs", told=heard(connected=False)))
    assert isinstance(found, Inconclusive)


def test_refusing_to_start_is_right_beside_a_twin() -> None:
    """A spelling may be refused, by a data plane that starts with a plain setting."""
    refused = watch("everything", told=None, refused="exited with 2")
    assert shown(judging.nothing_else_or_no_start(refused)) == []
    assert [
        kind for kind, _ in shown(judging.nothing_else_or_no_start(replace(refused, others=None)))
    ] == ["Inconclusive"]
    assert shown(judging.everything_listed(refused)) == [
        ("Violation", "it does not start: exited with 2")
    ]
    with pytest.raises(Inconclusive, match="does not start with the setting 'everything'"):
        list(judging.nothing_else(refused))


def test_content_anywhere_is_a_leak() -> None:
    """Content counts in every request, names of objects do not; the report tells where."""
    leaks = (leak("usage"), leak(None, seq=2), leak("metrics", content=False, seq=3))
    default = ("status", "metrics", "usage")
    (found,) = judging.no_content(watch(None, *default, told=heard(*default, leaks=leaks)))
    assert isinstance(found, Violation)
    assert [one.seq for one in found.entries] == [1, 2]
    assert "a tag of a row in #2 POST /api/apikey/login: the body, base64" in found.came


def test_names_count_in_telemetry_only() -> None:
    """With everything on, names and content are leaks in telemetry, and nowhere else."""
    leaks = (leak("logs", content=False), leak(None, content=False, seq=2), leak("status", seq=3))
    (found,) = judging.no_customer_data(watch(ALL, told=heard(*TELEMETRY, leaks=leaks)))
    assert isinstance(found, Violation)
    assert [one.seq for one in found.entries] == [1, 3]


@pytest.mark.parametrize(
    ("watched", "reason"),
    [
        (watch(None, "status", told=heard()), "no telemetry came at all"),
        (watch(None, told=heard("status", connected=False)), "nothing leaked, but"),
        (watch(None, told=heard("status", unread=(entry(7),))), "not all could be read: #7 POST"),
    ],
)
def test_unfinished_search_is_no_clean_bill(watched: object, reason: str) -> None:
    """Where nothing came, or not all of it could be read, nobody says that it is clean."""
    assert reason in shown(judging.no_content(watched))[0][1]  # type: ignore[arg-type]


def test_missing_kind_is_not_clean() -> None:
    """With everything on, a kind that did not come was not searched; its row is named."""
    found = list(judging.no_customer_data(watch(ALL, *TELEMETRY[:-1])))
    assert [one.row for one in found if isinstance(one, Inconclusive)] == ["traces"]


@pytest.mark.parametrize(
    ("fields", "came"),
    [
        ({"problem": "it cannot be decoded"}, "it cannot be decoded"),
        ({"endpoint_kind": "traces"}, "carries metrics"),
        ({"endpoint_kind": None}, "carries metrics"),
    ],
)
def test_bad_form_is_shown(fields: dict[str, Any], came: str) -> None:
    """What cannot be decoded, or goes elsewhere, is shown with its request."""
    sent = (telemetry("metrics", **fields), telemetry("logs", 2, problem="not judged here"))
    (found,) = judging.well_formed("metrics")(watch(None, told=heard(telemetry=sent)))
    assert isinstance(found, Violation)
    assert came in found.came


def test_form_that_nobody_can_tell_is_inconclusive() -> None:
    """What the journal cut, what did not come, and what came by another than an assumed path."""
    sent = (telemetry("logs", endpoint_kind=None), telemetry("traces", 2, problem="cut"))
    told = heard(telemetry=sent, cut=(2,))
    find = judging.well_formed("metrics", "logs", "traces")
    missing, elsewhere, cut = shown(find(watch(ALL, told=told, profile=ASSUMING)))
    assert missing == ("Inconclusive", f"no metrics came with the setting '{ALL}'; TEL-03 judges")
    assert elsewhere[0] == cut[0] == "Inconclusive"
    assert "logs came by POST" in elsewhere[1]
    assert "#2 is too large" in cut[1]


def test_declared_silence_rests_on_other_telemetry() -> None:
    """Of a data plane that is not ours, other telemetry and the profile's time are the control."""
    assert shown(judging.nothing_else(declared("status", "status"))) == []
    early = shown(judging.nothing_else(declared("status", "status", seconds=2.9)))
    assert "watched for 2.9 s only" in early[0][1]
    assert "no other telemetry came either" in shown(judging.nothing_else(declared("status")))[0][1]


def test_declared_content_counts_in_default_telemetry() -> None:
    """What a user switched on beside the default does not count against the default."""
    own = heard("logs", "metrics", leaks=(leak("logs"),))
    assert shown(judging.no_content(replace(declared(None, known=False), told=own))) == []
    other = replace(own, leaks=(leak("metrics"), leak(None, seq=2)))
    (found,) = judging.no_content(replace(declared(None, known=False), told=other))
    assert isinstance(found, Violation)


@pytest.mark.parametrize(
    ("find", "unlock"),
    [
        (judging.no_content, "=status,metrics,usage,logs"),
        (judging.no_customer_data, f"={ALL}"),
        (judging.well_formed("metrics"), "=metrics,logs"),
    ],
)
def test_declared_otherwise_is_out_of_reach(find: object, unlock: str) -> None:
    """What is switched off cannot be judged, and the user is told what to switch on."""
    with pytest.raises(OutOfReach) as skipped:
        list(find(declared("logs", "logs")))  # type: ignore[operator]
    assert skipped.value.unlock.endswith(unlock)
