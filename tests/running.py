"""The project's own programs as child processes: started, awaited by their first line, stopped."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from mock_control_plane.client import ControlPlane

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mock_control_plane.client import Realm

READY_WITHIN = 30.0
STOPPED_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class RunningReference:
    """A reference data plane that answers under `url` and uses `realm` as its control plane."""

    url: str
    realm: Realm

    def new_key(self) -> str:
        """The secret of a fresh key of a fresh user of the realm's organisation."""
        return self.realm.create_key(self.realm.create_user().id).secret


@contextmanager
def program(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run `python ARGUMENTS`, yield the first line that it prints, stop it in the end."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **(environment or {})},
            text=True,
        )
        try:
            yield _first_line(process, errors)
        finally:
            process.terminate()
            try:
                process.wait(STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def _first_line(process: subprocess.Popen[str], errors: IO[str]) -> str:
    """What the process says first; a thread reads the rest, so that its pipe never fills."""
    lines: queue.Queue[str] = queue.Queue()

    def drain(stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                lines.put(line)
        lines.put("")

    assert process.stdout is not None
    threading.Thread(target=drain, args=(process.stdout,), daemon=True).start()
    try:
        line = lines.get(timeout=READY_WITHIN)
    except queue.Empty:
        line = ""
    if not line:
        errors.seek(0)
        raise RuntimeError(f"{process.args!r} never said that it is ready:\n{errors.read()}")
    return line.rstrip("\n")


@contextmanager
def running_mock(*options: str) -> Iterator[ControlPlane]:
    """A mock control plane on a free port of loopback."""
    arguments = ("-m", "mock_control_plane", "serve", "--port", "0", "--json", "--exit-with-parent")
    with program(*arguments, *options) as line:
        ready = json.loads(line)
        with ControlPlane(ready["url"], token=ready["token"]) as control_plane:
            yield control_plane


@contextmanager
def running_reference(
    realm: Realm, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[RunningReference]:
    """A reference data plane on a free port of loopback; it and the realm know each other."""
    settings = {"BRAINTRUST_APP_URL": realm.url, "PORT": "0", **(environment or {})}
    with program("-m", "conformance.reference", *options, environment=settings) as line:
        url = line.split()[-1]
        realm.update_organization(realm.organization.id, api_url=url, proxy_url=url)
        yield RunningReference(url, realm)
