"""What metrics, logs and traces say, and how they are packed; the SDK itself is in `pipelines`.

What stands here is all that leaves: routes as templates, counts and times, never a path, a body,
a name, or the message of an exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import __version__

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence

    import requests

    from conformance.reference.telemetry.measures import Measure
    from conformance.reference.telemetry.senders import Sender

    Attributes = Mapping[str, str | int | float]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
BATCH = 512


@dataclass(frozen=True, slots=True)
class Served:
    """A request that was answered; `started` is in nanoseconds of the wall clock."""

    method: str
    template: str
    status: int
    started: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Batch:
    """What there is to report of a signal since its last report."""

    measure: Measure
    served: Sequence[Served]
    records: Sequence[logging.LogRecord]


class Signals:
    """Turns what the data plane did into attributes, and chooses how reports are packed."""

    gzip = True
    batch = BATCH

    def resource(self, sender: Sender) -> Attributes:
        """Return what every report says about its sender."""
        return {"service.name": f"dataplane-{sender.name}", "service.version": __version__}

    def method(self, served: Served) -> str:
        """Return the method; one that clients invent is content, and not told."""
        return served.method if served.method in METHODS else "_OTHER"

    def span_name(self, served: Served) -> str:
        """Return the name of a request's span."""
        return f"{self.method(served)} {served.template}"

    def attributes(self, served: Served) -> Attributes:
        """Return the attributes of a request's span."""
        return self.told(served)

    def labels(self, served: Served) -> Attributes:
        """Return the labels under which a request's duration is measured."""
        return self.told(served)

    def told(self, served: Served) -> Attributes:
        """Return all that is told of a request."""
        return {
            "http.request.method": self.method(served),
            "http.route": served.template,
            "http.response.status_code": served.status,
        }

    def body(self, record: logging.LogRecord) -> str:
        """Return the text of a log record."""
        return record.getMessage()

    def record_attributes(self, record: logging.LogRecord) -> Attributes:
        """Return the attributes of a log record; of an exception its type is all that is told."""
        error = record.exc_info[0] if record.exc_info else None
        told: Attributes = {"logger": record.name, "code.line.number": record.lineno}
        return {**told, "exception.type": error.__qualname__} if error else told

    def session(self) -> requests.Session | None:
        """Return what the exporters send with, None for their own."""
        return None
