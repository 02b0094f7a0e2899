"""What was heard goes through a file, without bodies, and comes back the same."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.suites.telemetry.heard import Heard, is_cut, kinds_of
from tests.conformance.suites.telemetry.journals import entry, heard, leak, telemetry


def test_what_was_heard_survives_a_file() -> None:
    """Everything but bodies and documents is the same afterwards."""
    before = heard("status", "logs", leaks=(leak("logs"),), unread=(entry(9),), cut=(4,))
    after = Heard.from_json(json.loads(json.dumps(before.to_json())))
    light = Heard.from_json(json.loads(json.dumps(after.to_json())))
    assert light == after
    assert after.kinds == {"status", "logs"}
    assert str(after.leaks[0]) == (
        "a tag of a row in #1 POST /api/pulse/otel/v1/logs: the body, base64"
    )
    assert (after.cut, [one.seq for one in after.unread]) == ((4,), [9])


def test_no_body_is_kept() -> None:
    """Bodies and decoded documents may be large, and hold what nobody should keep."""
    whole = heard(telemetry=(telemetry("usage", document={"events": ["secret"]}),))
    text = json.dumps(whole.to_json())
    assert "secret" not in text
    assert Heard.from_json(json.loads(text)).telemetry[0].entry.body == b""


def test_kinds_come_from_the_classification() -> None:
    """A request may carry several kinds, or none."""
    several = replace(entry(1), classification="telemetry:logs,traces")
    assert kinds_of(several) == {"logs", "traces"}
    assert kinds_of(entry(1, None)) == frozenset()


def test_entries_are_found_by_their_kind() -> None:
    """The requests of a kind are those in which it was seen."""
    assert [one.seq for one in heard("logs", "status", "logs").entries_of("logs")] == [1, 3]


def test_cut_bodies_are_known() -> None:
    """A body that is longer than what was kept of it is cut."""
    assert not is_cut(entry(1))
    assert is_cut(replace(entry(1), body_size=3))
