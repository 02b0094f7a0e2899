"""Somebody who uses a data plane, and leaves texts that nobody else may learn wherever he can.

What becomes of his requests is his data plane's business: only what a judgement rests on is needed.
"""

from __future__ import annotations

import base64
import contextlib
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

from conformance import expect
from conformance.instruments.canary import Canary, mint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.client import Ask, Caller
    from conformance.specimens import Specimen, Specimens

CONTENT = (
    "the input of a row",
    "the output of a row",
    "the expected value of a row",
    "the error of a row",
    "a metadata key of a row",
    "a metadata value of a row",
    "a text that a row has and a query asks for",
    "a tag of a row",
    "the name of a span",
    "a comment on a row",
    "the name of an attached file",
    "the content of an attached file",
    "the content of a prompt",
    "a row that was refused",
)
NAMES = (
    "the name of a project",
    "the name of an experiment",
    "the description of an experiment",
    "the metadata of an experiment",
    "the name of a dataset",
    "the description of a dataset",
    "the name of a prompt",
    "the name of a function",
    "the code of a function",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """Texts that exist nowhere else: content of rows and prompts, and names and such of objects."""

    content: Mapping[str, Canary]
    names: Mapping[str, Canary]

    @classmethod
    def fresh(cls) -> Planted:
        """Texts that nobody has used before."""
        return cls({one: mint(one) for one in CONTENT}, {one: mint(one) for one in NAMES})

    def text(self, place: str) -> str:
        """The text for a place."""
        return {**self.content, **self.names}[place].token

    def row(self, identifier: str, *, kind: str) -> dict[str, object]:
        """A row that is full of content; a dataset's knows no outputs and spans."""
        content = self.text("the content of an attached file").encode()
        row: dict[str, object] = {
            "id": identifier,
            "input": {
                "question": self.text("the input of a row"),
                "file": {
                    "type": "braintrust_attachment",
                    "filename": self.text("the name of an attached file"),
                    "content_type": "text/plain",
                    "key": str(uuid.uuid4()),
                },
                "inline": f"data:text/plain;base64,{base64.b64encode(content).decode()}",
            },
            "expected": self.text("the expected value of a row"),
            "metadata": {
                self.text("a metadata key of a row"): self.text("a metadata value of a row"),
                "asked": self.text("a text that a row has and a query asks for"),
            },
            "tags": [self.text("a tag of a row")],
        }
        if kind == "dataset":
            return row
        return row | {
            "output": [self.text("the output of a row")],
            "error": f"Error: {self.text('the error of a row')}\n  at line 1",
            "scores": {"accuracy": 0.5},
            "span_attributes": {"name": self.text("the name of a span"), "type": "llm"},
        }


@dataclass(slots=True)
class Customer:
    """One user with texts of his own; `done` says which of his requests succeeded."""

    caller: Caller
    specimens: Specimens
    planted: Planted = field(default_factory=Planted.fresh)
    done: dict[str, int] = field(default_factory=dict)
    holders: dict[str, Specimen] = field(default_factory=dict)

    def work_a_little(self) -> None:
        """Log, read, and make a mistake: there is something to report of every kind."""
        self.holders["project_logs"] = self._project()
        self._log("project_logs")
        self._read("project_logs")
        self._err()

    def log_everywhere(self) -> None:
        """Log rows into every kind of object; `Inconclusive` if not even that can be done."""
        project = self.holders["project_logs"] = self._project()
        self._make_holders(project)
        for kind in self.holders:
            self._log(kind)
            self._read(kind)

    def work(self) -> None:
        """Do everything that a customer does; `Inconclusive` if not even rows can be logged."""
        self.log_everywhere()
        project = self.holders["project_logs"]
        self._make_definitions(project)
        self._log_in_a_batch(project)
        self._query(project)
        self._attach()
        self._err()

    def _project(self) -> Specimen:
        name = self.planted.text("the name of a project")
        return self.specimens.make(self.caller, "project", name=name)

    def _make_holders(self, project: Specimen) -> None:
        text = self.planted.text
        fields: dict[str, dict[str, object]] = {
            "experiment": {
                "description": text("the description of an experiment"),
                "metadata": {"setup": text("the metadata of an experiment")},
            },
            "dataset": {"description": text("the description of a dataset")},
        }
        for kind, more in fields.items():
            name = text(f"the name of {'an' if kind == 'experiment' else 'a'} {kind}")
            with contextlib.suppress(expect.Inconclusive):
                self.holders[kind] = self.specimens.make(
                    self.caller, kind, name=name, project=project, **more
                )
                self.done[f"make {kind}"] = 200

    def _make_definitions(self, project: Specimen) -> None:
        text = self.planted.text
        message = {"role": "user", "content": text("the content of a prompt")}
        fields: dict[str, dict[str, object]] = {
            "prompt": {"prompt_data": {"prompt": {"type": "chat", "messages": [message]}}},
            "function": {"function_data": _code(text("the code of a function"))},
        }
        for kind, more in fields.items():
            with contextlib.suppress(expect.Inconclusive):
                made = self.specimens.make(
                    self.caller, kind, name=text(f"the name of a {kind}"), project=project, **more
                )
                self.done[f"make {kind}"] = 200
                self._try(f"read {kind}", "GET", made.path)

    def _log(self, kind: str) -> None:
        holder, identifier = self.holders[kind], self.specimens.unique("row")
        row = self.planted.row(identifier, kind=kind)
        path = f"/v1/{kind}/{holder.id}"
        logged = self.caller.once_visible(f"{path}/insert", json={"events": [row]})
        expect.done(logged, to="log a row")
        comment = {"id": identifier, "source": "api"}
        comment["comment"] = self.planted.text("a comment on a row")
        self._try(f"comment {kind}", "POST", f"{path}/feedback", json={"feedback": [comment]})

    def _read(self, kind: str) -> None:
        """Read rows back: what is not there cannot leak, and proves nothing by staying away."""
        text = self.planted.text("the input of a row")
        path = f"/v1/{kind}/{self.holders[kind].id}"
        ask: Ask = {"json": {"limit": 10}}
        fetched = self.caller.until(
            lambda answer: not answer.ok or text in answer.text, "POST", f"{path}/fetch", ask
        )
        expect.done(fetched, to="read rows back")
        if text not in fetched.text:
            expect.inconclusive("a row that was logged cannot be read back", fetched)
        self.done[f"log and read {kind}"] = fetched.status

    def _log_in_a_batch(self, project: Specimen) -> None:
        row = self.planted.row(self.specimens.unique("row"), kind="project_logs")
        row |= {"project_id": project.id, "log_id": "g"}
        self._try("log a batch", "POST", "/logs3", json={"rows": [row], "api_version": 2})

    def _query(self, project: Specimen) -> None:
        asked = self.planted.text("a text that a row has and a query asks for")
        query = (
            f"select: * | from: project_logs('{project.id}') | filter: metadata.asked = '{asked}'"
        )
        self._try("query", "POST", "/btql", json={"query": query, "fmt": "json"})
        names: dict[str, object] = {"project_name": self.planted.text("the name of a project")}
        self._try("list projects", "GET", "/v1/project", query=names)
        for kind in (kind for kind in self.holders if kind != "project_logs"):
            path = f"/v1/{kind}/{self.holders[kind].id}/summarize"
            self._try(f"summarize {kind}", "GET", path)

    def _attach(self) -> None:
        name = self.planted.text("the name of an attached file")
        sent = {"key": str(uuid.uuid4()), "filename": name, "content_type": "text/plain"}
        if self.caller.person.organization_id is not None:
            sent["org_id"] = self.caller.person.organization_id
        self._try("attach", "POST", "/attachment", json=sent)

    def _err(self) -> None:
        """Send rows that nobody can take: what refuses them may talk about them."""
        text = self.planted.text("a row that was refused")
        wrong = {"events": [{"id": {"of": text}, "input": text, "tags": text, "metadata": text}]}
        path = f"/v1/project_logs/{self.holders['project_logs'].id}/insert"
        cut = f'{{"events": [{{"input": "{text}", "metadata": {{"{text}'.encode()
        json_type = {"content-type": "application/json"}
        self._try("log what is no row", "POST", path, json=wrong)
        self._try("log what is no JSON", "POST", path, content=cut, headers=json_type)
        nowhere = f"/v1/project_logs/{uuid.uuid4()}/insert"
        self._try("log nowhere", "POST", nowhere, json={"events": [{"input": text}]})

    def _try(self, what: str, method: str, path: str, **options: Unpack[Ask]) -> None:
        """Send a request of which nothing is needed but that it was sent."""
        with contextlib.suppress(expect.Violation, expect.Inconclusive):
            self.done[what] = self.caller.request(method, path, **options).status


def _code(text: str) -> dict[str, object]:
    code = f"def handler(input):\n    return {text!r}\n"
    context = {"runtime": "python", "version": "3.12"}
    return {"type": "code", "data": {"type": "inline", "runtime_context": context, "code": code}}
