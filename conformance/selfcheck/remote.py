"""Starting more data planes from within a run of the self-check: the end that asks for them.

Messages: ("start", number, settings, output) and ("stop", number) to the bench, whose end is in
`launches`; ("ready", number, url) and ("ended", number, last lines) back.
"""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

from conformance.errors import DataPlaneDied, NotReady

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from conformance.deployment.launcher import Started

__all__ = ["Remote"]

READY_WITHIN = 60.0
STOPPED_WITHIN = 30.0


class RemoteStarted:
    """A data plane that somebody else started, and who tells when it is ready and when it ended."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self.url = ""
        self._stop = stop
        self._lines = ""
        self._settled = threading.Event()
        self._gone = threading.Event()

    def wait_until_ready(self) -> None:
        """Return once it is ready; raise what came instead."""
        if not self._settled.wait(READY_WITHIN):
            raise NotReady(f"the data plane was not ready after {READY_WITHIN:g} s.")
        if not self.url:
            raise DataPlaneDied(f"the data plane died before it was ready: it {self.epitaph()}")

    def ended(self, within: float = 0.0) -> bool:
        """Whether it is over by now, or within so many seconds."""
        return self._gone.wait(within)

    def epitaph(self) -> str:
        """That it ended, with its last lines."""
        return f"ended; its last lines:\n{self._lines}" if self._lines else "ended without a word"

    def stop(self) -> None:
        """Have it stopped, and return when it is gone."""
        if not self._gone.is_set():
            self._stop()
            self._gone.wait(STOPPED_WITHIN)

    def told_ready(self, url: str) -> None:
        """Take that it is ready."""
        self.url = url
        self._settled.set()

    def told_ended(self, lines: str) -> None:
        """Take that it ended, for whatever reason."""
        self._lines = lines
        self._gone.set()
        self._settled.set()


class Remote:
    """A `Launcher` at the asking end of the pipe; the lock guards sending, and who is waited for.

    Once the other end is closed, everything that it started counts as ended.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._started: dict[int, RemoteStarted] = {}
        self._closed = False
        threading.Thread(target=self._listen, name="launching", daemon=True).start()

    def start(
        self, settings: Mapping[str, str], output: Path, *, started: Callable[[Started], object]
    ) -> RemoteStarted:
        """Have one started with these settings, and return once it answers."""
        number = next(self._numbers)
        one = RemoteStarted(lambda: self._send("stop", number))
        with self._lock:
            self._started[number] = one
            if self._closed:
                one.told_ended("")
        started(one)
        output.parent.mkdir(parents=True, exist_ok=True)
        self._send("start", number, dict(settings), output)
        one.wait_until_ready()
        return one

    def _send(self, *message: object) -> None:
        with self._lock:
            if not self._closed:
                self._pipe.send(message)

    def _listen(self) -> None:
        try:
            while True:
                what, number, told = self._pipe.recv()
                one = self._started[number]
                (one.told_ready if what == "ready" else one.told_ended)(told)
        except (EOFError, OSError):
            with self._lock:
                self._closed = True
            for one in list(self._started.values()):
                one.told_ended("")
