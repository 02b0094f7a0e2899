"""Reporters gather what there is and send it once."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from conformance.reference.composition import compose
from conformance.reference.settings import Settings
from conformance.reference.telemetry.reporters import (
    HeapReporter,
    Listening,
    SignalReporter,
    StatusReporter,
    UsageReporter,
    drained,
)
from conformance.reference.telemetry.senders import API, STORE
from conformance.reference.telemetry.signals import Served
from tests.reference.telemetry.ear import Ear, sighted

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.composition import Reference
    from conformance.reference.telemetry.reporters import Reporter
    from tests.reference.rig import Houses


def reported(
    houses: Houses, make: Callable[[Reference], Reporter], *, times: int = 1, status: int = 200
) -> Ear:
    """What is heard of a reporter that reports some times and is closed."""
    ear = Ear(status=status)
    url = houses.host.serve(ear.around(houses.control_plane.app()))

    async def report() -> None:
        parts = compose(Settings(app_url=url, license="l"))
        parts.store.open()
        await parts.courier.open()
        reporter = make(parts)
        reporter.served(Served("GET", "/v1/project", 200, 1, 0.1))
        for _ in range(times):
            await reporter.report()
        await reporter.close()
        await parts.courier.close()
        parts.store.close()

    asyncio.run(report())
    houses.host.stop(url)
    return ear


def test_status_is_reported_again_and_again(houses: Houses) -> None:
    """Each report is a document of its sender."""
    heard = reported(houses, lambda parts: StatusReporter(parts, STORE), times=2).heard
    assert [json.loads(each.body)["service"] for each in heard] == ["brainstore"] * 2


def test_usage_is_reported_once(houses: Houses) -> None:
    """Rows are sent in one event, and not again."""

    def make(parts: Reference) -> UsageReporter:
        parts.usage.note("org", 3)
        return UsageReporter(parts, API)

    (heard,) = reported(houses, make, times=2).heard
    (event,) = json.loads(heard.body)["events"]
    assert event["properties"] == {"org_id": "org", "rows": 3}


def test_heap_is_reported_as_a_profile(houses: Houses) -> None:
    """The body is a profile in gzip; tracing ends with the reporter."""
    (heard,) = reported(houses, lambda parts: HeapReporter(parts, API)).heard
    assert sighted(heard).kind == "memprof"
    assert sighted(heard).well_formed


def test_signal_is_reported_through_a_thread(houses: Houses) -> None:
    """The first report makes the pipeline; a request is reported once."""
    with ThreadPoolExecutor(1) as executor:
        ear = reported(
            houses, lambda parts: SignalReporter(parts, STORE, "traces", executor), times=2
        )
    (heard,) = ear.heard
    assert sighted(heard).items == 1


def test_records_are_heard_while_somebody_listens() -> None:
    """INFO and above, of the sender's loggers alone; afterwards all is as it was."""
    store, app = (logging.getLogger(f"conformance.reference.{name}") for name in ("store", "app"))
    level = logging.getLogger("conformance.reference").level
    listening = Listening(STORE)
    store.info("one")
    store.debug("two")
    app.info("three")
    listening.close()
    store.error("four")
    assert [each.getMessage() for each in listening.records] == ["one"]
    assert logging.getLogger("conformance.reference").level == level


def test_draining_empties() -> None:
    """What was taken is not there any more."""
    queue = deque([1, 2])
    assert drained(queue) == [1, 2]
    assert drained(queue) == []
