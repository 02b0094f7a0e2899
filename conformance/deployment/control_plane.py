"""The run's mock control plane: a child process that the run starts, or one that runs already."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.deployment import relayed
from conformance.deployment.environment import ControlPlaneAddress
from conformance.deployment.launch import our_python, with_our_packages
from conformance.errors import ControlPlaneProblem
from mock_control_plane.client import ControlPlane, ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.options.values import ControlPlaneChoice, Options

__all__ = ["Mock", "bring_up"]

READY_WITHIN = 30.0
GRACE = 10.0
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}


@dataclass(frozen=True, slots=True)
class Mock:
    """A mock control plane that answers; `process` is there if the run started it."""

    address: ControlPlaneAddress
    client: ControlPlane
    process: subprocess.Popen[str] | None = None

    def ended(self) -> bool:
        """Whether the process that the run started is over."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Give the connections back, and stop the process that the run started."""
        self.client.close()
        if self.process is not None:
            end(self.process)


def bring_up(options: Options) -> Mock:
    """Start the mock, or find the one that runs; `ControlPlaneProblem` if there is none then."""
    choice = options.control_plane
    if choice.url is not None:
        mock = connect(ControlPlaneAddress(choice.url, choice.token))
        try:
            relayed.expect_upstream(choice, mock.client)
        except BaseException:
            mock.stop()
            raise
        return mock
    process = start(command(choice, options), choice)
    try:
        ready = json.loads(first_line(process))
        mock = connect(ControlPlaneAddress(_nearby(choice, ready["url"]), ready["token"]))
    except BaseException:
        end(process)
        raise
    return Mock(mock.address, mock.client, process)


def connect(address: ControlPlaneAddress) -> Mock:
    """Speak to a mock that runs."""
    try:
        client = ControlPlane(address.url, token=address.token)
        client.info()
    except ControlPlaneError as problem:
        raise ControlPlaneProblem(f"--control-plane-url: {problem}.") from problem
    return Mock(address, client)


def command(choice: ControlPlaneChoice, options: Options) -> tuple[str, ...]:
    """The command that starts a mock as these options want it, with an empty journal."""
    host, port = choice.listen or ("127.0.0.1", 0)
    arguments = ["serve", "--json", "--exit-with-parent", "--host", host, "--port", str(port)]
    arguments += ["--journal", str(_fresh_journal(options.report_dir))]
    if choice.upstream is not None:
        arguments += ["--upstream", choice.upstream]
    if choice.public_url is not None:
        arguments += ["--public-url", choice.public_url]
    if options.profile_source is not None:
        arguments += ["--profile", options.profile_source]
    return our_python("mock_control_plane", *arguments)


def start(words: tuple[str, ...], choice: ControlPlaneChoice) -> subprocess.Popen[str]:
    """Start the mock; the token goes through the environment, where no other user sees it."""
    # A token that a shell holds is for another mock.
    environment = with_our_packages(os.environ) | {"CONTROL_PLANE_TOKEN": choice.token or ""}
    return subprocess.Popen(
        words,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    """What the mock says once it is ready; what it says later is read and dropped."""
    said: queue.Queue[str] = queue.Queue()
    complained: list[str] = []
    readers = [
        threading.Thread(target=_drain, args=(process.stdout, said.put), daemon=True),
        threading.Thread(target=_drain, args=(process.stderr, complained.append), daemon=True),
    ]
    for reader in readers:
        reader.start()
    try:
        line = said.get(timeout=READY_WITHIN)
    except queue.Empty:
        raise ControlPlaneProblem(
            f"the mock control plane was not ready after {READY_WITHIN:g} s."
        ) from None
    if not line:
        process.wait()
        readers[1].join()
        reason = "".join(complained).strip() or f"exit code {process.returncode}"
        raise ControlPlaneProblem(f"the mock control plane cannot be started: {reason}.")
    return line


def end(process: subprocess.Popen[str]) -> None:
    """Stop the mock: SIGTERM, and SIGKILL after a grace."""
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _drain(stream: IO[str] | None, take: Callable[[str], object]) -> None:
    assert stream is not None
    with stream:
        for line in stream:
            take(line)
    take("")


def _nearby(choice: ControlPlaneChoice, url: str) -> str:
    """Where this machine reaches the mock, whose own URL is how the data plane reaches it."""
    if choice.listen is None:
        return url
    host, port = choice.listen
    nearby = LOOPBACK.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{nearby}:{port or urlsplit(url).port}"


def _fresh_journal(report_dir: Path) -> Path:
    journal = report_dir / "journal.sqlite"
    for suffix in ("", "-wal", "-shm"):
        journal.with_name(journal.name + suffix).unlink(missing_ok=True)
    return journal
