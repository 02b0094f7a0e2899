"""The parts that every route works with, as a protocol: `composition.Reference` has them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from conformance.reference.access import Access
    from conformance.reference.answers import Answers
    from conformance.reference.auditor import Auditor
    from conformance.reference.authentication import Authentication
    from conformance.reference.control_plane import ControlPlane
    from conformance.reference.documents import Documents
    from conformance.reference.limiter import Limiter
    from conformance.reference.proxy import Proxy
    from conformance.reference.retention.clock import Clock
    from conformance.reference.retention.policies import Policies
    from conformance.reference.retention.retention import Retention
    from conformance.reference.retention.tokens import Tokens
    from conformance.reference.retention.tombstones import Tombstones
    from conformance.reference.rows import Rows
    from conformance.reference.settings import Settings
    from conformance.reference.store import Store
    from conformance.reference.telemetry.courier import Courier
    from conformance.reference.telemetry.gate import Gate
    from conformance.reference.telemetry.heap import Heap
    from conformance.reference.telemetry.measures import Measures
    from conformance.reference.telemetry.reporting import Reporting
    from conformance.reference.telemetry.signals import Signals
    from conformance.reference.telemetry.usage import Usage


class Parts(Protocol):
    """What a route may use, whoever composed it."""

    @property
    def settings(self) -> Settings:
        """What the deployment is configured with."""

    @property
    def control_plane(self) -> ControlPlane:
        """The way to the control plane."""

    @property
    def authentication(self) -> Authentication:
        """Who is calling."""

    @property
    def access(self) -> Access:
        """What the caller may touch."""

    @property
    def proxy(self) -> Proxy:
        """How API calls are passed on."""

    @property
    def store(self) -> Store:
        """The database."""

    @property
    def rows(self) -> Rows:
        """Rows of logs, experiments and datasets."""

    @property
    def documents(self) -> Documents:
        """Prompts and functions."""

    @property
    def auditor(self) -> Auditor:
        """Audit headers."""

    @property
    def answers(self) -> Answers:
        """How results and problems look."""

    @property
    def limiter(self) -> Limiter:
        """How much a token may cause outside."""

    @property
    def gate(self) -> Gate:
        """Which kinds of telemetry are on."""

    @property
    def courier(self) -> Courier:
        """How telemetry travels."""

    @property
    def measures(self) -> Measures:
        """What the process knows about itself."""

    @property
    def signals(self) -> Signals:
        """What metrics, logs and traces say."""

    @property
    def usage(self) -> Usage:
        """What is billed."""

    @property
    def heap(self) -> Heap:
        """Profiles of the heap."""

    @property
    def reporting(self) -> Reporting:
        """When telemetry is sent."""

    @property
    def clock(self) -> Clock:
        """What time it is."""

    @property
    def tokens(self) -> Tokens:
        """Service tokens."""

    @property
    def policies(self) -> Policies:
        """What retention looks up."""

    @property
    def tombstones(self) -> Tombstones:
        """What retention deleted as a whole."""

    @property
    def retention(self) -> Retention:
        """What deletes by age."""
