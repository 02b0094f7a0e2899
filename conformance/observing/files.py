"""The folder through which the owner of a session tells other processes what was observed."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

from conformance.observing.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Files"]

FOLDER = "observations"
STATE = ".json"
PULSE = "pulse"
WANTED = "wanted"


class Files:
    """One file for each observation, replaced as a whole whenever its state changes.

    The process that owns the session writes states and the pulse; the others read them, and write
    what their tests want.
    """

    def __init__(self, report_dir: Path) -> None:
        self._folder = report_dir / FOLDER

    def clear(self) -> None:
        """Remove what an earlier run left."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            if path.name in (PULSE, WANTED) or path.suffix in (STATE, ".partial"):
                path.unlink()

    def write(self, state: State) -> None:
        """Tell the state of an observation."""
        self._replace(f"{state.name}{STATE}", state.to_json())

    def read(self, name: str) -> State:
        """The state of an observation that `names` has."""
        return State.from_json((self._folder / f"{name}{STATE}").read_text("utf-8"))

    def names(self) -> list[str]:
        """The observations of this run, in the order of their names."""
        return sorted(path.stem for path in self._folder.glob(f"*{STATE}"))

    def beat(self, count: int) -> None:
        """Show that the owner of the session still looks after its observations."""
        self._replace(PULSE, str(count))

    def pulse(self) -> str:
        """What changes as long as the owner of the session is there."""
        path = self._folder / PULSE
        return path.read_text("utf-8") if path.exists() else ""

    def want(self, wanted: Iterable[str]) -> None:
        """Tell the owner of the session what the tests that will run want observed."""
        self._replace(WANTED, json.dumps(sorted(set(wanted))))

    def wanted(self) -> list[str]:
        """What the tests that will run want observed."""
        path = self._folder / WANTED
        return [str(name) for name in json.loads(path.read_text("utf-8"))] if path.exists() else []

    def _replace(self, name: str, text: str) -> None:
        partial = self._folder / f"{name}-{secrets.token_hex(4)}.partial"
        partial.write_text(text, "utf-8")
        os.replace(partial, self._folder / name)
