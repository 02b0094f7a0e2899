"""Reports that come once, or from some time on, or by another way, though their kind is off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.telemetry.courier import Courier
from conformance.reference.telemetry.reporting import Reporting
from conformance.reference.telemetry.senders import API, GATEWAY

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from conformance.reference.parts import Parts
    from conformance.reference.settings import Settings
    from conformance.reference.telemetry.reporters import Reporter

LATER = 2


class Attentive(Reporting):
    """Reporting that remembers the parts that it was opened with, and can report out of turn."""

    parts: Parts

    async def open(self, parts: Parts) -> None:
        """Start to report what is on."""
        self.parts = parts
        await super().open(parts)

    def on(self, kind: str) -> bool:
        """Tell whether the API's variable names a kind."""
        return kind in self.parts.gate.named(API)

    def left_alone(self) -> bool:
        """Tell whether the API's variable is not set."""
        return self.parts.gate.told(API) is None

    def nothing_on(self) -> bool:
        """Tell whether the API's variable is set, and empty."""
        return self.parts.gate.told(API) == ""

    async def once(self, kind: str) -> None:
        """Report a kind once, from the API."""
        reporter = self.reporter(self.parts, API, kind)
        await self.report(kind, reporter, quietly=True)
        await reporter.close()


@defect(breaks={"TEL-01"})
def profiles_the_heap_as_it_starts(reference: Reference) -> Reference:
    """Where the setting is left alone, there is one memory profile, at start-up."""

    class Flawed(Attentive):
        async def open(self, parts: Parts) -> None:
            await super().open(parts)
            if self.left_alone():
                await self.once("memprof")

    return replace(reference, reporting=Flawed(reference.settings.report_seconds))


@defect(breaks={"TEL-01"})
def profiles_the_heap_as_it_stops(reference: Reference) -> Reference:
    """Where the setting is left alone, there is one memory profile, at shutdown."""

    class Flawed(Attentive):
        async def close(self) -> None:
            if self.left_alone():
                await self.once("memprof")
            await super().close()

    return replace(reference, reporting=Flawed(reference.settings.report_seconds))


@defect(breaks={"TEL-02", "TEL-04", "TEL-06"})
def says_that_it_starts(reference: Reference) -> Reference:
    """One status report is sent at start-up, whatever the setting says."""

    class Flawed(Attentive):
        async def open(self, parts: Parts) -> None:
            await super().open(parts)
            await self.once("status")

    return replace(reference, reporting=Flawed(reference.settings.report_seconds))


@defect(breaks={"TEL-02", "TEL-04", "TEL-06"})
def says_that_it_stops(reference: Reference) -> Reference:
    """One status report is sent at shutdown, whatever the setting says."""

    class Flawed(Attentive):
        async def close(self) -> None:
            await self.once("status")
            await super().close()

    return replace(reference, reporting=Flawed(reference.settings.report_seconds))


@defect(breaks={"TEL-04"})
def bills_at_last_though_nothing_is_on(reference: Reference) -> Reference:
    """With an empty setting, what was used is reported at shutdown."""

    class Flawed(Attentive):
        async def close(self) -> None:
            if self.nothing_on():
                await self.once("usage")
            await super().close()

    return replace(reference, reporting=Flawed(reference.settings.report_seconds))


@defect(breaks={"TEL-02"})
def bills_at_last_where_it_logs(reference: Reference) -> Reference:
    """Where logs are on, what was used is reported at shutdown."""

    class Flawed(Attentive):
        async def close(self) -> None:
            if self.on("logs"):
                await self.once("usage")
            await super().close()

    return replace(reference, reporting=Flawed(reference.settings.report_seconds))


@defect(breaks={"TEL-02"})
def reports_its_status_after_a_while(reference: Reference) -> Reference:
    """The setting is read, and where logs are on, status is added to it after two reports."""

    class Flawed(Attentive):
        reports = 0

        async def report(self, kind: str, reporter: Reporter, *, quietly: bool) -> bool:
            self.reports += kind == "logs"
            if self.reports == LATER and kind == "logs" and not self.on("status"):
                self.start(self.parts, API, "status")
            return await super().report(kind, reporter, quietly=quietly)

    return replace(reference, reporting=Flawed(reference.settings.report_seconds))


class Rerouted(Courier):
    """A courier that can be told to bring a kind elsewhere."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.instead: dict[str, str] = {}

    def path(self, kind: str) -> str:
        """Return where reports of a kind go."""
        return self.instead.get(kind) or super().path(kind)


@defect(breaks={"TEL-02"})
def bills_by_way_of_the_profiles(reference: Reference) -> Reference:
    """Where memory profiles are on and usage is not, usage goes to the profiles' endpoint."""
    courier = Rerouted(reference.settings)

    class Flawed(Attentive):
        async def open(self, parts: Parts) -> None:
            await super().open(parts)
            if self.on("memprof") and not self.on("usage"):
                courier.instead["usage"] = courier.path("memprof")
                self.start(parts, API, "usage")

    flawed = Flawed(reference.settings.report_seconds)
    return replace(reference, courier=courier, reporting=flawed)


@defect(breaks={"TEL-04"})
def falls_back_to_a_default_endpoint(reference: Reference) -> Reference:
    """An empty setting takes the gateway's endpoint away; its metrics go where OTLP goes then."""
    courier = Rerouted(reference.settings)

    class Flawed(Attentive):
        async def open(self, parts: Parts) -> None:
            await super().open(parts)
            if self.nothing_on():
                courier.instead["metrics"] = "/v1/metrics"
                self.start(parts, GATEWAY, "metrics")

    flawed = Flawed(reference.settings.report_seconds)
    return replace(reference, courier=courier, reporting=flawed)
