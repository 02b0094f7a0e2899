"""Starting a data plane as a process: its port, its settings, its folder, and its end."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import conformance
from conformance.deployment.ports import LOOPBACK, free_port
from conformance.deployment.process import Process
from conformance.deployment.readiness import wait_until_ready
from conformance.deployment.settings import inheritable, secrets_of
from conformance.errors import DataPlaneDied
from conformance.options.values import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.options.values import Options, Target
    from conformance.reach import Reach

__all__ = ["Launch", "Launched", "our_python", "with_our_packages"]

ATTEMPTS = 3
PORT_TAKEN = re.compile(r"address (is )?already in use|EADDRINUSE", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Launched:
    """A data plane that was started and answers under `url`."""

    url: str
    process: Process
    folder: Path

    def ended(self, within: float = 0.0) -> bool:
        """Whether its process is over by now, or within so many seconds."""
        return self.process.ended(within)

    def epitaph(self) -> str:
        """How its process came to its end, with its last lines."""
        return self.process.epitaph()

    def stop(self) -> None:
        """Stop it, and remove the folder that it ran in."""
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Launch:
    """What there is to start: a command, how long it may take, and how it is spoken to."""

    command: tuple[str, ...]
    reach: Reach
    ready_timeout: float
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, options: Options) -> Launch:
        """The way in which these options want a data plane to be started."""
        return cls(
            command=command_of(options.target),
            reach=options.reach,
            ready_timeout=options.ready_timeout,
            environment=_environment(options.target),
        )

    def start(
        self, settings: Mapping[str, str], output: Path, *, started: Callable[[Launched], object]
    ) -> Launched:
        """Start one with these settings, and return once it answers.

        `started` is told of every process before it is waited for; whoever calls stops them all.
        A port that somebody else took meanwhile is no reason to give up: another one is tried.
        """
        attempts = ATTEMPTS
        while True:
            launched = self._spawn(settings, output)
            started(launched)
            reach = replace(self.reach, url=launched.url)
            try:
                wait_until_ready(launched.process, reach, deadline=self.ready_timeout)
            except DataPlaneDied as death:
                attempts -= 1
                if not attempts or not PORT_TAKEN.search(str(death)):
                    raise
            else:
                return launched

    def _spawn(self, settings: Mapping[str, str], output: Path) -> Launched:
        port = free_port()
        folder = Path(tempfile.mkdtemp(prefix="dataplane-"))
        try:
            process = Process(
                self.command,
                environment={**self.environment, **settings, "PORT": str(port)},
                folder=folder,
                output=output,
                secrets=secrets_of(settings),
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Launched(f"http://{LOOPBACK}:{port}", process, folder)


def command_of(target: Target) -> tuple[str, ...]:
    """The words of a target's command; files of the working directory are named in full."""
    if target.kind is Kind.EMBEDDED:
        return our_python("conformance.reference")
    return tuple(
        str(Path(word).absolute()) if Path(word).is_file() else word
        for word in shlex.split(target.address)
    )


def our_python(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs one of our own modules, whatever the working directory holds."""
    return (sys.executable, "-P", "-m", module, *arguments)


def with_our_packages(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which our packages are found, installed or not."""
    home = str(Path(conformance.__file__).parents[1])
    inherited = environment.get("PYTHONPATH")
    path = f"{home}{os.pathsep}{inherited}" if inherited else home
    return {**environment, "PYTHONPATH": path}


def _environment(target: Target) -> dict[str, str]:
    inherited = inheritable(os.environ)
    return with_our_packages(inherited) if target.kind is Kind.EMBEDDED else inherited
