"""What signals say is harmless by construction."""

from __future__ import annotations

import logging
import sys

from conformance.reference.telemetry.senders import GATEWAY
from conformance.reference.telemetry.signals import Served, Signals

SECRET = "what the customer wrote"


def record(message: str, *, error: bool = False) -> logging.LogRecord:
    """A log record, with the exception that is being handled if wanted."""
    told = sys.exc_info() if error else None
    return logging.LogRecord("conformance.reference.app", 40, __file__, 7, message, (), told)


def test_request_is_told_by_its_route() -> None:
    """Method, template and status; the name of the span says the same."""
    served = Served("GET", "/v1/project/{project_id}", 200, 1, 0.1)
    signals = Signals()
    assert signals.span_name(served) == "GET /v1/project/{project_id}"
    assert signals.attributes(served) == signals.labels(served)
    assert {*signals.labels(served).values()} == {"GET", "/v1/project/{project_id}", 200}


def test_invented_method_is_not_told() -> None:
    """A method may be any word of a client."""
    assert Signals().span_name(Served(SECRET, "/{path}", 404, 1, 0.1)) == "_OTHER /{path}"


def test_exception_is_told_by_its_type() -> None:
    """The message of an exception, and its lines, may hold anything."""
    try:
        raise ValueError(SECRET)
    except ValueError:
        told = Signals().record_attributes(record("failed", error=True))
    assert told["exception.type"] == "ValueError"
    assert SECRET not in str(told)
    assert "exception.type" not in Signals().record_attributes(record("fine"))


def test_reports_say_who_sends_them() -> None:
    """The resource is the sender, nothing of the machine or its environment."""
    assert {*Signals().resource(GATEWAY)} == {"service.name", "service.version"}
    assert Signals().session() is None
