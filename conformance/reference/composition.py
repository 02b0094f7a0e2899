"""The reference data plane as a value: what it is composed of, and the application made of it.

A defect or a variant is `dataclasses.replace(reference, part=AnotherPart(...))`. Parts hold no
other part but the store, so nothing of a replaced one is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.reference.access import Access
from conformance.reference.answers import Answers
from conformance.reference.app import application
from conformance.reference.auditor import Auditor
from conformance.reference.authentication import Authentication
from conformance.reference.control_plane import ControlPlane
from conformance.reference.cors import Cors, CorsApp
from conformance.reference.documents import Documents
from conformance.reference.events.btql import Queries
from conformance.reference.events.events import Events
from conformance.reference.events.logs3 import Logs
from conformance.reference.events.summaries import Summaries
from conformance.reference.limiter import Limiter
from conformance.reference.objects.definitions import Definitions
from conformance.reference.objects.metadata import Metadata
from conformance.reference.proxy import Proxy
from conformance.reference.retention.clock import Clock
from conformance.reference.retention.policies import Policies
from conformance.reference.retention.retention import Retention
from conformance.reference.retention.runs import Runs
from conformance.reference.retention.service_tokens import ServiceTokens
from conformance.reference.retention.tokens import Tokens
from conformance.reference.retention.tombstones import Tombstones
from conformance.reference.routes import guarded, opened
from conformance.reference.rows import Rows
from conformance.reference.store import Store
from conformance.reference.sysadmin import Sysadmin
from conformance.reference.telemetry.courier import Courier
from conformance.reference.telemetry.gate import Gate
from conformance.reference.telemetry.heap import Heap
from conformance.reference.telemetry.measures import Measures
from conformance.reference.telemetry.reporting import Reporting
from conformance.reference.telemetry.signals import Signals
from conformance.reference.telemetry.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from conformance.reference.settings import Settings

    Wrapper = Callable[[ASGIApp], ASGIApp]


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything that a data plane is made of; `wrap` is applied in order, the outermost last."""

    settings: Settings
    control_plane: ControlPlane
    authentication: Authentication
    access: Access
    proxy: Proxy
    store: Store
    rows: Rows
    documents: Documents
    auditor: Auditor
    answers: Answers
    cors: Cors
    metadata: Metadata
    definitions: Definitions
    events: Events
    logs: Logs
    queries: Queries
    summaries: Summaries
    limiter: Limiter
    sysadmin: Sysadmin
    gate: Gate
    courier: Courier
    measures: Measures
    signals: Signals
    usage: Usage
    heap: Heap
    reporting: Reporting
    clock: Clock
    tokens: Tokens
    policies: Policies
    tombstones: Tombstones
    retention: Retention
    service_tokens: ServiceTokens
    runs: Runs
    wrap: tuple[Wrapper, ...] = ()


def compose(settings: Settings) -> Reference:
    """Return the conforming data plane; nothing is opened before its application starts."""
    store = Store(settings.data)
    grace = settings.budget.seconds
    return Reference(
        settings=settings,
        control_plane=ControlPlane(settings),
        authentication=Authentication(settings.authentication_seconds, grace),
        access=Access(settings.access_seconds, grace),
        proxy=Proxy(),
        store=store,
        rows=Rows(store),
        documents=Documents(store),
        auditor=Auditor(),
        answers=Answers(),
        cors=Cors(settings),
        metadata=Metadata(),
        definitions=Definitions(),
        events=Events(),
        logs=Logs(),
        queries=Queries(),
        summaries=Summaries(),
        limiter=Limiter(settings.budget),
        sysadmin=Sysadmin(settings),
        gate=Gate(settings),
        courier=Courier(settings),
        measures=Measures(),
        signals=Signals(),
        usage=Usage(),
        heap=Heap(),
        reporting=Reporting(settings.report_seconds),
        clock=Clock(),
        tokens=Tokens(settings, store),
        policies=Policies(),
        tombstones=Tombstones(store),
        retention=Retention(),
        service_tokens=ServiceTokens(settings),
        runs=Runs(),
    )


def create_app(reference: Reference) -> ASGIApp:
    """Return the application of a reference: its routes, CORS around them, then its wrappers.

    Raises `SettingProblem` where the reference does not accept its telemetry setting.
    """
    reference.gate.check()
    app: ASGIApp = CorsApp(application(reference, guarded(reference), opened()), reference.cors)
    for wrapper in reference.wrap:
        app = wrapper(app)
    return app
