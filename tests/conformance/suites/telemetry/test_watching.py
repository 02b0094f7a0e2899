"""Watching notes what came and when, and looks for planted texts where they must not be."""

from __future__ import annotations

from dataclasses import replace

from conformance.suites.telemetry.planting import Planted
from conformance.suites.telemetry.watching import Arrivals, Search, controls
from tests.conformance.suites.telemetry.journals import PROFILE, entry

PLANTED = Planted.fresh()
TAG = PLANTED.text("a tag of a row")
NAME = PLANTED.text("the name of a project")


def searched(kind: str | None, text: str) -> Search:
    """What is found in one request."""
    search = Search(PLANTED)
    body = text.encode()
    search.look(replace(entry(1, kind), body=body, body_size=len(body)))
    return search


def test_content_is_found_in_any_request() -> None:
    """Content counts as such wherever it is; the finding tells where and how it was hidden."""
    for kind in ("metrics", None):
        (leak,) = searched(kind, TAG.encode().hex()).leaks
        assert (leak.place, leak.is_content) == ("a tag of a row", True)
        assert leak.how == "the body, hexadecimal" or "hex" in leak.how


def test_names_are_looked_for_in_telemetry_only() -> None:
    """Names of objects belong in metadata calls."""
    (leak,) = searched("traces", f'{{"name": "{NAME}"}}').leaks
    assert (leak.place, leak.is_content) == ("the name of a project", False)
    assert searched(None, NAME).leaks == []


def test_what_cannot_be_read_is_told() -> None:
    """A body that the journal cut is no clean one."""
    search = Search(PLANTED)
    search.look(replace(entry(5), body=b"x", body_size=9))
    assert [one.seq for one in search.unread] == [5]


def test_silence_waits_for_what_has_a_control() -> None:
    """A stretch is long enough once everything is known, and with grace longer than elsewhere."""
    arrivals = Arrivals(PROFILE)
    assert arrivals.covered([], 0.0)
    assert not arrivals.covered(["logs"], 9e9)
    arrivals.note({"logs": 1.5}, complete=False)
    assert not arrivals.covered(["logs"], 3.4)
    assert arrivals.covered(["logs"], 3.5)
    assert not arrivals.covered(["logs", "traces"], 9e9)


def test_what_never_comes_is_not_waited_for() -> None:
    """Once nothing more can come, what has no control is no reason to wait."""
    arrivals = Arrivals(PROFILE)
    arrivals.note({"logs": 1.5}, complete=False)
    arrivals.note({}, complete=True)
    assert arrivals.covered(["logs", "traces"], 3.5)
    assert not arrivals.covered(["logs", "traces"], 3.4)


def test_controls_have_the_grace_of_their_row() -> None:
    """What no row knows is no control."""
    found = controls({"status": 1.0, "unknown": 2.0}, PROFILE)
    assert {name: one.needed for name, one in found.items()} == {"status": 3.0}
