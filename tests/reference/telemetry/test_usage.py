"""Usage is aggregate, and no event is billed twice."""

from __future__ import annotations

from datetime import datetime

from conformance.reference.telemetry.usage import REMEMBERED, Usage


def test_nothing_logged_is_no_event() -> None:
    """Without rows there is nothing to report, and no empty batch."""
    usage = Usage()
    usage.note("org", 0)
    assert usage.pending() == []
    assert usage.batches([]) == []


def test_rows_are_added_up_for_each_organisation() -> None:
    """An event is a sum with its customer, its time and a key."""
    usage = Usage()
    for organization, rows in (("a", 1), ("b", 5), ("a", 2)):
        usage.note(organization, rows)
    first, second = usage.pending()
    assert first["properties"] == {"org_id": "a", "rows": 3}
    assert (second["external_customer_id"], second["event_name"]) == ("b", "LoggedRowsEvent")
    assert datetime.fromisoformat(str(first["timestamp"])).tzinfo is not None
    assert first["idempotency_key"] != second["idempotency_key"]


def test_event_keeps_its_key_until_it_is_accepted() -> None:
    """A report that failed is sent again as it was; what was accepted is not."""
    usage = Usage()
    usage.note("a", 1)
    (event,) = usage.pending()
    usage.note("a", 2)
    assert usage.pending()[0] == event
    usage.accepted([event])
    assert [each["properties"] for each in usage.pending()] == [{"org_id": "a", "rows": 2}]


def test_memory_is_bounded() -> None:
    """A control plane that is away for ever does not fill the memory."""
    usage = Usage()
    for number in range(REMEMBERED + 5):
        usage.note(str(number), 1)
    pending = usage.pending()
    assert len(pending) == REMEMBERED
    assert pending[-1]["external_customer_id"] == str(REMEMBERED + 4)
