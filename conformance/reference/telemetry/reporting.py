"""When telemetry is sent: every kind that is on by itself, from the first interval to the end."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from conformance.reference.telemetry import reporters
from conformance.reference.telemetry.senders import SENDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.parts import Parts
    from conformance.reference.telemetry.reporters import Reporter
    from conformance.reference.telemetry.senders import Sender
    from conformance.reference.telemetry.signals import Served

THREADS = 9
"""One for each of three signals of each of three senders, so that none waits for another."""

FIRST = 0.5
"""After which part of an interval the first report is due."""

CLOSES_WITHIN = 2.0
SDK = "conformance.reference.telemetry.pipelines"
SDK_AFTER = 0.05
"""Seconds that the data plane has to itself to become ready, before the SDK is imported."""

EXPORTERS = "opentelemetry.exporter"
PLAIN: Mapping[str, Callable[[Parts, Sender], Reporter]] = {
    "status": reporters.StatusReporter,
    "usage": reporters.UsageReporter,
    "memprof": reporters.HeapReporter,
}

log = logging.getLogger(__name__)


class Reporting:
    """Runs a reporter for each kind that the gate lets a sender send, and for no other."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[tuple[str, str], tuple[Reporter, asyncio.Task[None]]] = {}
        self._executor: ThreadPoolExecutor | None = None
        self._sdk: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def open(self, parts: Parts) -> None:
        """Start to report what is on; what is off is not even made."""
        for sender in SENDERS:
            for kind in self.kinds(parts, sender):
                self.start(parts, sender, kind)
            if self.kinds(parts, sender):
                log.info("%s reports", sender.name)

    async def close(self) -> None:
        """Let every reporter report once more and end; those that hang are not waited for."""
        tasks, self._running = [task for _, task in self._running.values()], {}
        self._closing.set()
        if tasks:
            _, hanging = await asyncio.wait(tasks, timeout=CLOSES_WITHIN)
            for task in hanging:
                task.cancel()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def kinds(self, parts: Parts, sender: Sender) -> frozenset[str]:
        """Return what a sender sends."""
        return parts.gate.kinds(sender)

    def first_after(self) -> float:
        """Return in how many seconds the first report is due."""
        return self._seconds * FIRST

    def interval(self) -> float:
        """Return the seconds between two reports."""
        return self._seconds

    def start(self, parts: Parts, sender: Sender, kind: str) -> None:
        """Report a kind from a sender from now on."""
        reporter = self.reporter(parts, sender, kind)
        task = asyncio.create_task(self.run(kind, reporter))
        self._running[sender.name, kind] = (reporter, task)

    def reporter(self, parts: Parts, sender: Sender, kind: str) -> Reporter:
        """Return who reports a kind from a sender."""
        if kind in PLAIN:
            return PLAIN[kind](parts, sender)
        if self._executor is None:
            self._executor = ThreadPoolExecutor(THREADS, "telemetry")
            self._sdk = asyncio.create_task(self._load(self._executor))
        return reporters.SignalReporter(parts, sender, kind, self._executor)

    def served(self, served: Served) -> None:
        """Let every reporter take note of a request that was answered."""
        for reporter, _ in self._running.values():
            reporter.served(served)

    async def run(self, kind: str, reporter: Reporter) -> None:
        """Report until the end, and then once more; a report that has begun is never cut."""
        worked = True
        await self.pause(self.first_after())
        if self._sdk is not None and kind not in ("status", "usage"):
            # A heap that is traced during the import is mostly that, and slow to look at.
            await asyncio.wait([self._sdk])
        while not self._closing.is_set():
            worked = await self.report(kind, reporter, quietly=not worked)
            await self.pause(self.interval())
        await self.report(kind, reporter, quietly=not worked)
        await reporter.close()

    async def pause(self, seconds: float) -> None:
        """Wait for a time; not longer than until the data plane stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def report(self, kind: str, reporter: Reporter, *, quietly: bool) -> bool:
        """Report once and tell whether that worked; the first failure of several is logged."""
        try:
            await reporter.report()
        except Exception as error:  # whatever happens to telemetry, the data plane goes on
            if not quietly:
                log.warning("telemetry of kind %s was not sent: %s", kind, error or type(error))
            return False
        return True

    async def _load(self, executor: ThreadPoolExecutor) -> None:
        # What the exporters try again is of no interest; what they give up is.
        logging.getLogger(EXPORTERS).setLevel(logging.ERROR)
        await self.pause(SDK_AFTER)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ImportError):  # each report will say so
            await loop.run_in_executor(executor, importlib.import_module, SDK)
