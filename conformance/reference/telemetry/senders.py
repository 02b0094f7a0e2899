"""Who sends telemetry: in production three programs, each with a variable of its own."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("status", "metrics", "usage", "memprof", "logs", "traces")
DEFAULT = "status,metrics,usage"
PACKAGE = "conformance.reference"


@dataclass(frozen=True, slots=True)
class Sender:
    """One part of the data plane that reports: what it may send, serves and hears.

    `routes` are the beginnings of the templates that its spans are about, `loggers` the names of
    the loggers whose records are its own.
    """

    name: str
    variable: str
    kinds: tuple[str, ...]
    routes: tuple[str, ...]
    loggers: tuple[str, ...]

    def serves(self, template: str) -> bool:
        """Tell whether requests to a route are this sender's to report."""
        return template.startswith(self.routes)

    def hears(self, logger: str) -> bool:
        """Tell whether the records of a logger are this sender's to report."""
        return logger.startswith(self.loggers)


API = Sender(
    name="api",
    variable="CONTROL_PLANE_TELEMETRY",
    kinds=KINDS,
    routes=("/",),
    loggers=(f"{PACKAGE}.app", f"{PACKAGE}.telemetry"),
)
STORE = Sender(
    name="brainstore",
    variable="BRAINSTORE_CONTROL_PLANE_TELEMETRY",
    kinds=("status", "metrics", "memprof", "logs", "traces"),
    routes=("/v1/", "/logs3", "/btql", "/brainstore/"),
    loggers=(f"{PACKAGE}.store",),
)
GATEWAY = Sender(
    name="gateway",
    variable="GATEWAY_TELEMETRY",
    kinds=("metrics", "logs", "traces"),
    routes=("/api/",),
    loggers=(f"{PACKAGE}.proxy",),
)
SENDERS = (API, STORE, GATEWAY)
