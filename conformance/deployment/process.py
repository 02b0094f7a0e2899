"""A child process: started in a group of its own, watched, and stopped with all its children."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

from conformance.errors import CannotLaunch

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

__all__ = ["Process", "last_lines"]

GRACE = 10.0
LAST_LINES = 12
LONGEST_TAIL = 16_384
CREDENTIAL = re.compile(r"\b(sk|bt-st)-[A-Za-z0-9_-]{6,}")


class Process:
    """A started process; its output goes to a file. Used from one thread at a time.

    Starting it raises `CannotLaunch`. `stop` may be called at any time, and more than once.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        output: Path,
        secrets: Collection[str] = (),
    ) -> None:
        self.output = output
        self._secrets = secrets
        output.parent.mkdir(parents=True, exist_ok=True)
        try:
            with output.open("wb") as printed:
                self._popen = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as problem:
            raise CannotLaunch(
                f"the command {command[0]!r} cannot be executed ({problem.strerror}); "
                "give --dataplane-cmd a program that is on PATH, or its full path."
            ) from problem

    def ended(self, within: float = 0.0) -> bool:
        """Whether the process is over by now, or within so many seconds."""
        try:
            self._popen.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def epitaph(self) -> str:
        """How a process that ended came to its end, with its last lines."""
        code = self._popen.returncode
        how = f"exited with {code}" if code >= 0 else f"was killed by {_signal_name(-code)}"
        lines = self.tail()
        return f"{how}; its last lines:\n{lines}" if lines else f"{how}, and printed nothing"

    def tail(self) -> str:
        """The last lines that the process printed, without the secrets that it was given."""
        return last_lines(self.output, self._secrets)

    def stop(self) -> None:
        """End the process and its children: SIGTERM, and SIGKILL after a grace."""
        self._signal(signal.SIGTERM)
        try:
            self._popen.wait(GRACE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self._signal(signal.SIGKILL)
            self._popen.wait()

    def _signal(self, number: signal.Signals) -> None:
        # The group may outlive its leader; once it is empty there is nobody to be told.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)


def last_lines(output: Path, secrets: Collection[str] = ()) -> str:
    """The last lines of a file, indented, with every credential blotted out."""
    try:
        with output.open("rb") as printed:
            size = printed.seek(0, os.SEEK_END)
            printed.seek(max(0, size - LONGEST_TAIL))
            text = printed.read().decode("utf-8", "replace")
    except OSError:
        return ""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "…")
    text = CREDENTIAL.sub(r"\1-…", text)
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-LAST_LINES:])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
