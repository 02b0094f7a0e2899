"""One user's objects, full of words that nobody else knows, and one request per operation."""

from __future__ import annotations

import contextlib
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance import expect
from conformance.specimens import KINDS as NAMED_ALIKE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.client import Ask, Caller
    from conformance.description import Operation
    from conformance.exchange import Exchange
    from conformance.instruments.described import Draft
    from conformance.specimens import Specimen, Specimens

KINDS = (*NAMED_ALIKE, "project_automation")
NAMES = ("name", "slug")
HOMES = ("project_id",)
HOLDERS = {"project_logs": "project", "experiment": "experiment", "dataset": "dataset"}
WITH_NUMBERS = {"summarize_scores": "true", "summarize_data": "true"}
OF_ROWS = frozenset({"insert", "fetch", "fetch_by_query", "feedback"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to one operation, and how to see what it did.

    `marker` is a word that the request would leave behind; `look` reads the place where it would,
    and `stays` is what must still be there.
    """

    operation: Operation
    path: str
    options: Ask
    marker: str
    look: tuple[str, str, Ask] = field(repr=False)
    stays: str = ""

    def make(self, caller: Caller, *, audit: bool = False) -> Exchange:
        """Make the request on behalf of somebody."""
        options: Ask = {**self.options, "audit": audit}
        return caller.request(self.operation.method, self.path, **options)

    def seen(self, caller: Caller) -> Exchange:
        """Read the place where the request would leave something."""
        method, path, options = self.look
        exchange = caller.eventually(method, path, **options)
        return expect.done(exchange, to="see what a request did")

    def told(self, word: str) -> bool:
        """Whether a word stands in the request itself, so that an answer may repeat it."""
        return word in f"{self.path} {self.options}"


class Shelf:
    """One object of each kind in one project, and a row in each that holds rows."""

    def __init__(self, owner: Caller, specimens: Specimens) -> None:
        self.owner = owner
        self._specimens = specimens
        self._secrets: list[str] = []
        self._ids: list[str] = []
        self._home = self.thing("project", None)
        self._things = {"project": self._home}
        self._rows: dict[str, str] = {}

    def thing(self, kind: str, project: Specimen | None) -> Specimen:
        """Make an object with a name and a description of its own."""
        secret = self._specimens.unique("canary")
        made = self._specimens.make(self.owner, kind, project=project, description=secret)
        self._secrets += [secret, made.name]
        self._ids.append(made.id)
        return made

    def adopt(self, kind: str, created: Exchange) -> Specimen:
        """Remember what a request of the owner made, so that it is deleted at the end."""
        return self._specimens.adopt(self.owner, kind, created)

    def succeed(self, visit: Visit) -> Exchange:
        """Make a request on behalf of the owner, again while its object is not visible."""
        operation = visit.operation
        exchange = self.owner.eventually(operation.method, visit.path, **visit.options)
        expect.done(exchange, to=f"judge {operation}")
        if operation.verb in ("create", "replace"):
            # An answer that names no id is judged elsewhere; here it only cannot be cleaned up.
            with contextlib.suppress(expect.Inconclusive):
                self.adopt(operation.kind or "", exchange)
        return exchange

    def unique(self) -> str:
        """Return a name that nothing else of this run has."""
        return self._specimens.unique("name")

    def secrets(self, *, granted: bool) -> tuple[str, ...]:
        """The words that only the owner may see, and in an answer that grants something the ids.

        A refusal may say which project could not be read: that its id is told is no breach.
        """
        return (*self._secrets, *(self._ids if granted else ()))

    def visit(self, operation: Operation) -> Visit:
        """Return a request to an operation, on an object of its own where it deletes."""
        kind, verb = operation.kind or "", operation.verb or ""
        marker = self._specimens.unique("mark")
        if kind == "rows":
            return self._batch(operation, marker)
        if verb in OF_ROWS:
            return self._of_rows(operation, kind, marker)
        if verb in ("create", "replace"):
            return self._creating(operation, kind, marker)
        thing = self.own(kind)
        if verb == "delete":
            thing = self.thing(kind, None if kind == "project" else self._home)
        options: Ask = {"json": {"description": marker}} if verb == "change" else {}
        if verb == "summarize":
            options = {"query": WITH_NUMBERS}
        look: tuple[str, str, Ask] = ("GET", thing.path, {})
        if verb == "list":
            options = {"query": self._named(kind, thing.name)}
        path = operation.path(*[thing.id for _ in operation.parameters])
        return Visit(operation, path, options, marker, look, thing.id)

    def target(self, operation: Operation) -> Specimen:
        """Return an object of its own to be mistreated by an operation."""
        kind = HOLDERS.get(operation.kind or "", operation.kind or "")
        if not operation.parameters or kind == "project":
            return self.thing("project", None)
        return self.thing(kind, self._home)

    def send(self, operation: Operation, target: Specimen, draft: Draft) -> Exchange:
        """Make a request that was drawn, on a target, and remember what it made.

        An id that could be somebody's is the target's, and what is named has a name of this run; a
        list that would be of everybody's objects is one of the shelf's own.
        """
        parts = [self._placed(one, target) for one in draft.parameters]
        query = {name: _spelled(value) for name, value in draft.query.items()}
        if operation.verb == "list":
            query.setdefault("ids", self.own(operation.kind or "").id)
        ask: Ask = {"query": query}
        if draft.body is not None:
            ask["content"] = self._written(draft.body)
            ask["headers"] = {"content-type": "application/json"}
        exchange = self.owner.request(operation.method, operation.path(*parts), **ask)
        if exchange.ok and operation.verb in ("create", "replace"):
            with contextlib.suppress(expect.Inconclusive):
                self.adopt(operation.kind or "", exchange)
        return exchange

    def _placed(self, parameter: str, target: Specimen) -> str:
        return target.id if parameter in ("", ".", "..") or _is_id(parameter) else parameter

    def _written(self, body: object) -> bytes:
        """A body as bytes: in this shelf's project, with names of this run, of no organisation."""
        if isinstance(body, bytes):
            return body
        if isinstance(body, dict):
            names = {name: self.unique() for name in NAMES if isinstance(body.get(name), str)}
            homes = {name: self._home.id for name in HOMES if _is_id(body.get(name))}
            body = {name: value for name, value in body.items() if name != "org_name"}
            body |= names | homes
        return json.dumps(body, default=repr).encode()

    def body(self, operation: Operation, target: Specimen) -> dict[str, object]:
        """Return a valid body of an operation on a target, to be twisted."""
        body = self.visit(operation).options.get("json")
        whole = dict(body) if isinstance(body, dict) else {}
        if "rows" in whole:
            whole["rows"] = [{**row, "project_id": target.id} for row in whole["rows"]]
        return whole

    def secret_named(self, kind: str) -> str:
        """Return the name of the shelf's object of a kind."""
        return self.own(kind).name

    def ids(self) -> Iterator[tuple[str, str]]:
        """Every kind of the shelf with the id of its object."""
        for kind in KINDS:
            yield kind, self.own(kind).id

    def own(self, kind: str) -> Specimen:
        """Return the shelf's object of a kind, which is made when it is first wanted."""
        if kind not in self._things:
            self._things[kind] = self.thing(kind, self._home)
        return self._things[kind]

    def row(self, kind: str) -> str:
        """Return the id of the row that lies in the shelf's object, made when it is wanted."""
        if kind not in self._rows:
            self._rows[kind] = self._row(kind)
        return self._rows[kind]

    def _named(self, kind: str, name: str) -> dict[str, object]:
        return {f"{kind}_name": name}

    def _creating(self, operation: Operation, kind: str, marker: str) -> Visit:
        project = None if kind == "project" else self._home
        body = self._specimens.body(self.owner, kind, name=marker, project=project)
        self._secrets.append(marker)
        look: tuple[str, str, Ask] = (
            "GET",
            operation.template,
            {"query": self._named(kind, marker)},
        )
        return Visit(operation, operation.path(), {"json": body}, f'"{marker}"', look)

    def _of_rows(self, operation: Operation, kind: str, marker: str) -> Visit:
        holder = self.own(HOLDERS[kind])
        options: Ask = {"json": {"limit": 1000}}
        if operation.verb == "insert":
            options = {"json": {"events": [{"id": marker, "input": marker}]}}
        elif operation.verb == "fetch_by_query":
            options = {"query": {"limit": 1000}}
        elif operation.verb == "feedback":
            row = {"id": self.row(kind), "comment": marker, "metadata": {"mark": marker}}
            options = {"json": {"feedback": [row | {"source": "api"}]}}
        look: tuple[str, str, Ask] = ("POST", _fetching(kind, holder), {"json": {"limit": 1000}})
        return Visit(operation, operation.path(holder.id), options, marker, look, self.row(kind))

    def _batch(self, operation: Operation, marker: str) -> Visit:
        row = {"id": marker, "input": marker, "project_id": self._home.id, "log_id": "g"}
        look: tuple[str, str, Ask] = (
            "POST",
            _fetching("project_logs", self._home),
            {"json": {"limit": 1000}},
        )
        body = {"rows": [row], "api_version": 2}
        return Visit(
            operation, operation.path(), {"json": body}, marker, look, self.row("project_logs")
        )

    def _row(self, kind: str) -> str:
        """Insert a row with a word of its own, and wait until it can be fetched."""
        holder, secret = self.own(HOLDERS[kind]), self._specimens.unique("canary")
        id = self._specimens.unique("row")
        row: dict[str, object] = {"id": id, "input": secret, "expected": secret}
        if kind != "dataset":
            row["scores"] = {"accuracy": 0.5}
        inserted = self.owner.once_visible(
            _fetching(kind, holder).replace("/fetch", "/insert"), json={"events": [row]}
        )
        expect.done(inserted, to="insert a row")
        self.owner.until(
            lambda answer: secret in answer.text,
            "POST",
            _fetching(kind, holder),
            {"json": {"limit": 1000}},
        )
        self._secrets.append(secret)
        return id


def _is_id(value: object) -> bool:
    try:
        return bool(uuid.UUID(str(value)))
    except ValueError:
        return False


def _spelled(value: object) -> object:
    """A value of a query without what no UTF-8 can spell."""
    return value.encode("utf-8", "replace") if isinstance(value, str) else value


def _fetching(kind: str, holder: Specimen) -> str:
    return f"/v1/{kind}/{holder.id}/fetch"
