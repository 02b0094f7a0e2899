"""Forked processes of the self-check: children of the fork server, and data planes among them."""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.deployment.process import last_lines
from conformance.selfcheck import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from conformance.selfcheck.subject import Subject

__all__ = ["Forking", "NotUp", "Plane"]

PRELOAD = "conformance.selfcheck.preload"
READY_WITHIN = 60.0
GRACE = 5.0


class NotUp(Exception):
    """A data plane that did not come up, and its last lines."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A forked data plane that answers under `url`."""

    url: str
    output: Path
    process: ForkServerProcess

    @property
    def sentinel(self) -> int:
        """What becomes ready once it ends."""
        return self.process.sentinel

    def died(self) -> bool:
        """Whether it is over."""
        return not self.process.is_alive()

    def last_words(self) -> str:
        """The last lines that it printed."""
        return last_lines(self.output)


class Forking:
    """Forks children from one fork server, for any number of threads."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([PRELOAD])

    def pipe(self) -> tuple[Connection, Connection]:
        """Both ends of a pipe, one of which may be handed to a child."""
        return self._context.Pipe()

    @contextmanager
    def child(self, target: Callable[..., None], *arguments: object) -> Iterator[ForkServerProcess]:
        """A forked process that is over when the context is left."""
        process = self._context.Process(target=target, args=arguments, daemon=True)
        process.start()
        try:
            yield process
        finally:
            process.terminate()
            process.join(GRACE)
            if process.exitcode is None:
                process.kill()
                process.join()
            process.close()

    @contextmanager
    def plane(self, subject: Subject, settings: Mapping[str, str], output: Path) -> Iterator[Plane]:
        """A subject with these settings, once it answers; raise `NotUp` if it does not."""
        ready, tell = self._context.Pipe(duplex=False)
        arguments = (subject.kind, subject.name, settings, output, tell)
        with ready, self.child(children.serve, *arguments) as process:
            tell.close()
            if not ready.poll(READY_WITHIN):
                raise NotUp(f"it was not ready after {READY_WITHIN:g} s")
            try:
                url = ready.recv()
            except EOFError:
                process.join(GRACE)
                raise NotUp(last_lines(output)) from None
            yield Plane(url, output, process)
