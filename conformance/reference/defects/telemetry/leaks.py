"""Telemetry that says too much: content of rows, or names of objects, in places nobody looks at."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.reference.control_plane import ControlPlane
from conformance.reference.defects.definition import defect
from conformance.reference.defects.telemetry.overheard import Overheard
from conformance.reference.problems import Problem
from conformance.reference.telemetry.courier import Courier
from conformance.reference.telemetry.heap import Heap
from conformance.reference.telemetry.measures import Measures
from conformance.reference.telemetry.signals import Signals
from conformance.reference.telemetry.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.caller import Credentials
    from conformance.reference.composition import Reference
    from conformance.reference.rows import Target
    from conformance.reference.store import Store
    from conformance.reference.telemetry.pprof import Allocation
    from conformance.reference.telemetry.senders import Sender
    from conformance.reference.telemetry.signals import Attributes, Served

    Headers = list[tuple[bytes, bytes]]

# What leaks by way of a kind that is on by default leaks where everything is on as well.
BY_DEFAULT = {"TEL-08", "TEL-18"}

log = logging.getLogger("conformance.reference.store")


@defect(breaks=BY_DEFAULT)
def labels_metrics_with_span_names(reference: Reference) -> Reference:
    """A label of a metric has the last span's name, in base64."""
    rows = Overheard(reference.store)

    class Flawed(Signals):
        def labels(self, served: Served) -> Attributes:
            return {**super().labels(served), "span": rows.encoded("span_attributes")}

    return replace(reference, rows=rows, signals=Flawed())


@defect(breaks=BY_DEFAULT)
def bills_by_tags(reference: Reference) -> Reference:
    """A property of usage events has the tags of the last row, in base64."""
    rows = Overheard(reference.store)

    class Flawed(Usage):
        def properties(self, organization: str, rows_logged: int) -> dict[str, object]:
            properties = super().properties(organization, rows_logged)
            return {**properties, "group": rows.encoded("tags")}

    return replace(reference, rows=rows, usage=Flawed())


@defect(breaks=BY_DEFAULT)
def names_what_was_logged_in_the_user_agent(reference: Reference) -> Reference:
    """The User-Agent of telemetry ends with the input of the last row, in base64."""
    rows = Overheard(reference.store)

    class Flawed(Courier):
        def agent(self) -> str:
            return f"{super().agent()} ({rows.encoded('input')})"

    return replace(reference, rows=rows, courier=Flawed(reference.settings))


@defect(breaks=BY_DEFAULT)
def reports_the_last_comment_with_its_status(reference: Reference) -> Reference:
    """The status tells the last comment of a user, percent-encoded."""
    rows = Overheard(reference.store)

    class Flawed(Measures):
        def status(self, sender: Sender, store: Store) -> dict[str, object]:
            comment = quote(json.dumps(rows.fields.get("comment")))
            return {**super().status(sender, store), "activity": comment}

    return replace(reference, rows=rows, measures=Flawed())


@defect(breaks={"TEL-08"})
def asks_for_access_with_the_last_error(reference: Reference) -> Reference:
    """What is asked of the control plane for a user carries the last row's error, in a header."""
    rows = Overheard(reference.store)

    class Flawed(ControlPlane):
        def headers(self, credentials: Credentials) -> Headers:
            context = (b"x-bt-context", rows.encoded("error").encode("ascii"))
            return [*super().headers(credentials), context]

    return replace(reference, rows=rows, control_plane=Flawed(reference.settings))


@defect(breaks={"TEL-18"})
def traces_inputs(reference: Reference) -> Reference:
    """An attribute of spans has the input of the last row, in base64."""
    rows = Overheard(reference.store)

    class Flawed(Signals):
        def attributes(self, served: Served) -> Attributes:
            return {**super().attributes(served), "sample": rows.encoded("input")}

    return replace(reference, rows=rows, signals=Flawed())


@defect(breaks={"TEL-18"})
def traces_names_of_objects(reference: Reference) -> Reference:
    """An attribute of spans has the name of the project that was written to last."""
    rows = Overheard(reference.store)

    class Flawed(Signals):
        def attributes(self, served: Served) -> Attributes:
            return {**super().attributes(served), "object": rows.object}

    return replace(reference, rows=rows, signals=Flawed())


@defect(breaks={"TEL-18"})
def logs_the_rows_that_it_refuses(reference: Reference) -> Reference:
    """The exception of a log record quotes the row that could not be written, in base64."""

    class Rows(Overheard):
        def write(self, target: Target, row: Mapping[str, object], xact_id: int) -> str:
            try:
                return super().write(target, row, xact_id)
            except Problem:
                quoted = base64.b64encode(json.dumps(dict(row)).encode()).decode()
                log.info("a row was refused", exc_info=ValueError(quoted))
                raise

    class Flawed(Signals):
        def record_attributes(self, record: logging.LogRecord) -> Attributes:
            error = record.exc_info[1] if record.exc_info else None
            return {**super().record_attributes(record), "exception.message": str(error or "")}

    return replace(reference, rows=Rows(reference.store), signals=Flawed())


@defect(breaks={"TEL-18"})
def profiles_the_names_of_columns(reference: Reference) -> Reference:
    """A memory profile has the row's metadata keys among its places: each is a column."""
    rows = Overheard(reference.store)

    class Flawed(Heap):
        def allocations(self) -> list[Allocation]:
            found = super().allocations()
            columns = rows.fields.get("metadata")
            if isinstance(columns, dict):
                found += [replace(found[0], stack=[(str(name), 0)]) for name in columns]
            return found

    return replace(reference, rows=rows, heap=Flawed())
