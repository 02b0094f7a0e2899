"""Reporters: each gathers what there is of one kind from one sender, and sends it off."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from conformance.reference.telemetry.courier import TIMEOUT
from conformance.reference.telemetry.senders import PACKAGE
from conformance.reference.telemetry.signals import Batch

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from conformance.reference.parts import Parts
    from conformance.reference.telemetry.pipelines import Pipeline
    from conformance.reference.telemetry.senders import Sender
    from conformance.reference.telemetry.signals import Served

JSON = "application/json"
KEPT = 10_000
"""How many requests and log records wait for a report at most; older ones are dropped."""

T = TypeVar("T")


class Reporter(Protocol):
    """Reports one kind of telemetry from one sender, again and again."""

    async def report(self) -> None:
        """Send what there is to report; raise if it was not accepted."""

    async def close(self) -> None:
        """Let go of everything; nothing is sent any more."""

    def served(self, served: Served) -> None:
        """Take note of a request that was answered."""


class Quiet:
    """What most reporters have in common: requests are nothing to them."""

    def __init__(self, parts: Parts, sender: Sender) -> None:
        self._parts = parts
        self._sender = sender

    def served(self, served: Served) -> None:
        """Take no note."""

    async def close(self) -> None:
        """Hold nothing that has to be let go."""


class StatusReporter(Quiet):
    """Says that its sender is alive and well."""

    async def report(self) -> None:
        """Send the state of things."""
        document = self._parts.measures.status(self._sender, self._parts.store)
        await self._parts.courier.post("status", json.dumps(document).encode("ascii"), JSON)


class UsageReporter(Quiet):
    """Sends what is billed; nothing, where nothing was logged."""

    async def report(self) -> None:
        """Send the events that were not accepted yet."""
        usage = self._parts.usage
        for batch in usage.batches(usage.pending()):
            body = json.dumps({"events": batch}).encode("ascii")
            await self._parts.courier.post("usage", body, JSON)
            usage.accepted(batch)


class HeapReporter(Quiet):
    """Sends profiles of the heap, which is traced as long as the reporter lives."""

    _tracing = False

    async def report(self) -> None:
        """Send a profile of what is in use, of what was asked for since the first report."""
        heap = self._parts.heap
        if not self._tracing:
            heap.start()
            self._tracing = True
        profile = await asyncio.to_thread(heap.profile)
        await self._parts.courier.post("memprof", profile, heap.content_type)

    async def close(self) -> None:
        """Stop to trace."""
        if self._tracing:
            self._parts.heap.stop()


class SignalReporter(Quiet):
    """Sends metrics, logs or traces through a pipeline of the SDK, which works in a thread."""

    def __init__(self, parts: Parts, sender: Sender, kind: str, executor: Executor) -> None:
        super().__init__(parts, sender)
        self._kind = kind
        self._executor = executor
        self._served: deque[Served] = deque(maxlen=KEPT)
        self._listening = Listening(sender) if kind == "logs" else None
        self._pipeline: Pipeline | None = None

    def served(self, served: Served) -> None:
        """Keep a request until it is reported."""
        if self._sender.serves(served.template):
            self._served.append(served)

    async def report(self) -> None:
        """Send what there is since the last report."""
        records = drained(self._listening.records) if self._listening else []
        batch = Batch(self._parts.measures.take(), drained(self._served), records)
        await self._in_thread(partial(self._flush, batch))

    async def close(self) -> None:
        """Listen no more, and shut the pipeline down."""
        if self._listening is not None:
            self._listening.close()
        if self._pipeline is not None:
            await self._in_thread(self._pipeline.close)

    def _flush(self, batch: Batch) -> None:
        if self._pipeline is None:
            self._pipeline = self._made()
        self._pipeline.flush(batch)

    def _made(self) -> Pipeline:
        # The SDK takes long to import, and is not there where only the suite is installed.
        from conformance.reference.telemetry import pipelines

        line = pipelines.Line(
            signals=self._parts.signals,
            sender=self._sender,
            url=self._parts.courier.url(self._kind),
            headers=self._parts.courier.headers(self._kind),
            timeout=TIMEOUT,
        )
        return pipelines.PIPELINES[self._kind](line)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._executor, work)


class Listening(logging.Handler):
    """Keeps what the application logs on behalf of a sender, until it is reported."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(logging.INFO)
        self.records: deque[logging.LogRecord] = deque(maxlen=KEPT)
        self._sender = sender
        self._logger = logging.getLogger(PACKAGE)
        self._level = self._logger.level
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record that is the sender's."""
        if self._sender.hears(record.name):
            self.records.append(record)

    def close(self) -> None:
        """Listen no more."""
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)
        super().close()


def drained(queue: deque[T]) -> list[T]:
    """Return everything that is in a queue, which is empty afterwards."""
    return [queue.popleft() for _ in range(len(queue))]
