"""Starting more data planes for runs of the self-check: the end that forks them; see `remote`."""

from __future__ import annotations

import contextlib
import threading
from multiprocessing import connection
from typing import TYPE_CHECKING

from conformance.selfcheck.forking import NotUp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection
    from pathlib import Path

    from conformance.selfcheck.forking import Plane

__all__ = ["Launches"]


class Launches:
    """The answering end of the pipe: brings up what is asked for, each in a thread of its own.

    `bring_up` yields a data plane with these settings and this output. The lock guards sending.
    """

    def __init__(
        self,
        pipe: Connection,
        bring_up: Callable[[Mapping[str, str], Path], AbstractContextManager[Plane]],
    ) -> None:
        self._pipe = pipe
        self._bring_up = bring_up
        self._lock = threading.Lock()
        self._stops: dict[int, Connection] = {}
        self._threads: list[threading.Thread] = []

    def serve(self) -> None:
        """Answer until the other end is closed; return when all that was started is gone."""
        try:
            while True:
                what, number, *details = self._pipe.recv()
                if what == "start":
                    self._begin(number, *details)
                else:
                    self._stops[number].close()
        except (EOFError, OSError):
            pass
        for stop in self._stops.values():
            stop.close()
        for thread in self._threads:
            thread.join()

    def _begin(self, number: int, settings: Mapping[str, str], output: Path) -> None:
        told, self._stops[number] = connection.Pipe(duplex=False)
        arguments = (number, settings, output, told)
        thread = threading.Thread(target=self._run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(
        self, number: int, settings: Mapping[str, str], output: Path, told: Connection
    ) -> None:
        """Keep a data plane until it is to be stopped, or ends by itself."""
        lines = ""
        try:
            with told, self._bring_up(settings, output) as plane:
                self._send("ready", number, plane.url)
                connection.wait([told, plane.sentinel])
                lines = plane.last_words()
        except NotUp as failure:
            lines = str(failure)
        finally:
            self._send("ended", number, lines)

    def _send(self, *message: object) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._pipe.send(message)
