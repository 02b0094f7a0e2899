"""The objects that tests work with: made through the data plane, named after the run, remembered.

Where the data plane is not ours, everything that was made here is deleted at the end.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance import expect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.client import Caller
    from conformance.exchange import Exchange

SHORT = 20
"""Letters of a run's id in a name, so that no plain name is a long one."""

KINDS = ("project", "experiment", "dataset", "prompt", "function")
"""The kinds that every data plane names alike, also in its audit headers."""

PROMPT_DATA = {
    "prompt": {"type": "chat", "messages": [{"role": "user", "content": "Say {{word}}."}]},
    "options": {"model": "gpt-4o"},
}
FUNCTION_DATA = {
    "type": "code",
    "data": {
        "type": "inline",
        "runtime_context": {"runtime": "python", "version": "3.12"},
        "code": "def handler(input):\n    return input\n",
    },
}
RETENTION = {"event_type": "retention", "object_type": "dataset", "retention_days": 36_500}
"""An automation that does nothing: nothing is a hundred years old."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """An object of the data plane as its creation was answered; for a project, its own parent."""

    kind: str
    id: str
    name: str
    project_id: str
    fields: Mapping[str, object] = field(repr=False)

    @property
    def path(self) -> str:
        """Where the object is read, changed and deleted."""
        return f"/v1/{self.kind}/{self.id}"


class Specimens:
    """Makes objects and remembers whose they are; the lock guards that memory."""

    def __init__(self, run: str, *, cleans_up: bool) -> None:
        self._prefix = f"{run[:SHORT]}-{secrets.token_hex(3)}"
        self._cleans_up = cleans_up
        self._numbers = itertools.count(1)
        self._made: list[tuple[Caller, Specimen]] = []
        self._lock = threading.Lock()

    def unique(self, what: str) -> str:
        """Return a name that nothing else of this run has: short, plain, without a blank."""
        return f"{self._prefix}-{next(self._numbers)}-{what}"

    def body(
        self,
        caller: Caller,
        kind: str,
        *,
        name: str | None = None,
        project: Specimen | None = None,
    ) -> dict[str, object]:
        """Return what a request to create an object of this kind holds."""
        body: dict[str, object] = {"name": self.unique(kind) if name is None else name}
        if kind == "project":
            organization = caller.person.organization_name
            return body | ({"org_name": organization} if organization else {})
        if project is None:
            raise ValueError(f"a {kind} lies in a project; give one")
        body["project_id"] = project.id
        if kind in ("prompt", "function"):
            body["slug"] = self.unique("slug")
        if kind == "prompt":
            body["prompt_data"] = PROMPT_DATA
        if kind == "function":
            body["function_data"] = FUNCTION_DATA
        if kind == "project_automation":
            body["config"] = RETENTION
        return body

    def make(
        self,
        caller: Caller,
        kind: str,
        name: str | None = None,
        project: Specimen | None = None,
        **fields: object,
    ) -> Specimen:
        """Create an object, in a project of its own if none is given; `Inconclusive` if refused."""
        if project is None and kind != "project":
            project = self.make(caller, "project")
        body = self.body(caller, kind, name=name, project=project) | fields
        # Only what lies in a project can be refused because that is not visible yet.
        create = caller.post if project is None else caller.once_visible
        return self.adopt(caller, kind, create(f"/v1/{kind}", json=body))

    def adopt(self, caller: Caller, kind: str, created: Exchange) -> Specimen:
        """Return what a request created, and remember to delete it."""
        to = f"create a {kind}"
        fields = expect.body_of(created, to=to)
        specimen = Specimen(
            kind,
            expect.field_of(created, "id", to=to),
            expect.field_of(created, "name", to=to),
            expect.field_of(created, "id" if kind == "project" else "project_id", to=to),
            fields,
        )
        if self._cleans_up and created.header("x-bt-found-existing") != "true":
            with self._lock:
                self._made.append((caller, specimen))
        return specimen

    def delete_all(self) -> None:
        """Delete what was made, the newest first; what is gone already, or refused, is left."""
        with self._lock:
            made, self._made = self._made, []
        for caller, specimen in reversed(made):
            with contextlib.suppress(expect.Violation, expect.Inconclusive):
                caller.delete(specimen.path)
