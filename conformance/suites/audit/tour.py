"""A tour: every operation of the API's description once, by kind, and what each of them touched.

Many requirements are judged on the same tour; it is walked once a worker, when first needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance import expect
from conformance.specimens import KINDS, Specimen, Specimens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.callers import Callers
    from conformance.client import Ask, Caller
    from conformance.description import Description, Operation
    from conformance.exchange import Exchange

TYPES_OF_LOGS = frozenset({"project", "project_logs"})


@dataclass(frozen=True, slots=True)
class Thing:
    """An object that a request touches: where it lies, and what it may be listed as."""

    types: frozenset[str]
    id: str
    names: frozenset[str]
    project_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One operation of the tour with its answer; `thing` is what it created or its path names."""

    operation: Operation
    exchange: Exchange
    thing: Thing
    returned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """Walks one caller through the description, with the audit header or without it."""

    caller: Caller
    specimens: Specimens
    description: Description
    audit: bool

    def walk(self) -> Iterator[Stop]:
        """Yield every stop; a kind ends early where an object of it cannot be created."""
        home = self.specimens.make(self.caller, "project")
        for kind in KINDS:
            yield from self._objects(kind, home)
        yield from self._events(home)

    def _objects(self, kind: str, home: Specimen) -> Iterator[Stop]:
        body = self.specimens.body(self.caller, kind, project=home)
        created = self._ask(kind, "create", (), {"json": body})
        if not created.ok:
            yield Stop(self._operation(kind, "create"), created, _nothing(kind))
            return
        specimen = self.specimens.adopt(self.caller, kind, created)
        renamed = self.specimens.unique(f"renamed-{kind}")
        thing = thing_of(specimen)
        yield Stop(self._operation(kind, "create"), created, thing)
        yield self._stop(kind, "read", thing)
        yield self._list(specimen, thing)
        either = thing_of(specimen, specimen.name, renamed)
        changed = {"description": "changed", "name": renamed}
        yield self._stop(kind, "change", either, {"json": changed})
        after = thing_of(specimen, renamed)
        yield self._stop(kind, "read", after)
        yield self._stop(kind, "delete", after)

    def _list(self, specimen: Specimen, thing: Thing) -> Stop:
        """List by the object's own name until it is there: an empty list touches nothing."""
        operation = self._operation(specimen.kind, "list")
        query: dict[str, object] = {f"{specimen.kind}_name": specimen.name}
        if specimen.kind != "project":
            query["project_id"] = specimen.project_id
        exchange = self.caller.until(
            lambda answer: not answer.ok or specimen.id in answer.text,
            "GET",
            operation.template,
            {"query": query, "audit": self.audit},
        )
        found = (specimen.id,) if specimen.id in exchange.text else ()
        return Stop(operation, exchange, thing, found)

    def _events(self, home: Specimen) -> Iterator[Stop]:
        holders = {"project_logs": home}
        for kind in ("experiment", "dataset"):
            body = self.specimens.body(self.caller, kind, project=home)
            created = self.caller.once_visible(f"/v1/{kind}", json=body)
            if created.ok:
                holders[kind] = self.specimens.adopt(self.caller, kind, created)
            else:
                yield Stop(self._operation(kind, "create"), created, _nothing(kind))
        for kind, holder in holders.items():
            thing = thing_of(holder)
            if kind == "project_logs":
                thing = replace(thing, types=TYPES_OF_LOGS)
            yield from self._rows_of(kind, thing)
        yield self._batch(holders)

    def _rows_of(self, kind: str, thing: Thing) -> Iterator[Stop]:
        row = {"id": self.specimens.unique("row"), "input": "one", "expected": "two"}
        yield self._stop(kind, "insert", thing, {"json": {"events": [row]}})
        yield self._stop(kind, "fetch", thing, {"json": {"limit": 10}})
        yield self._stop(kind, "fetch_by_query", thing, {"query": {"limit": 10}})
        comment = {"id": row["id"], "comment": "seen", "source": "api"}
        yield self._stop(kind, "feedback", thing, {"json": {"feedback": [comment]}})
        if kind != "project_logs":
            yield self._stop(kind, "summarize", thing)

    def _batch(self, holders: dict[str, Specimen]) -> Stop:
        rows = [
            {"id": self.specimens.unique("row"), "input": "one", **_destination(holder)}
            for holder in holders.values()
        ]
        exchange = self._ask("rows", "batch", (), {"json": {"rows": rows, "api_version": 2}})
        touched = tuple(holder.id for holder in holders.values())
        first = replace(thing_of(holders["project_logs"]), types=TYPES_OF_LOGS)
        return Stop(self._operation("rows", "batch"), exchange, first, touched)

    def _stop(self, kind: str, verb: str, thing: Thing, options: Ask | None = None) -> Stop:
        exchange = self._ask(kind, verb, (thing.id,), options or {})
        return Stop(self._operation(kind, verb), exchange, thing)

    def _ask(self, kind: str, verb: str, values: tuple[str, ...], options: Ask) -> Exchange:
        operation = self._operation(kind, verb)
        asked: Ask = {**options, "audit": self.audit}
        return self.caller.eventually(operation.method, operation.path(*values), **asked)

    def _operation(self, kind: str, verb: str) -> Operation:
        return self.description.operation(kind, verb)


def _destination(holder: Specimen) -> dict[str, object]:
    if holder.kind == "project":
        return {"project_id": holder.id, "log_id": "g"}
    return {f"{holder.kind}_id": holder.id}


def thing_of(specimen: Specimen, *names: str) -> Thing:
    """Return a specimen as it may be listed, by other names if it was renamed."""
    known = frozenset(names or {specimen.name})
    return Thing(frozenset({specimen.kind}), specimen.id, known, specimen.project_id)


class Tours:
    """The tours of one worker; each is walked by the same user, when first asked for.

    Without the header is walked after with it: what sticks to a user shows. A tour that could not
    be finished is not tried again; whoever asks is told the same.
    """

    def __init__(self, callers: Callers, specimens: Specimens, description: Description) -> None:
        self._callers = callers
        self._specimens = specimens
        self._description = description
        self._walked: dict[bool, list[Stop] | BaseException] = {}
        self._caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        """The user who walks."""
        if self._caller is None:
            self._caller = self._callers.new()
        return self._caller

    @property
    def audited(self) -> list[Stop]:
        """Every operation with the header."""
        return self._walk(audit=True)

    @property
    def plain(self) -> list[Stop]:
        """Every operation without the header, by the same user and after it."""
        self._walk(audit=True)
        return self._walk(audit=False)

    def _walk(self, *, audit: bool) -> list[Stop]:
        if audit not in self._walked:
            try:
                guide = Guide(self.caller, self._specimens, self._description, audit)
                self._walked[audit] = list(guide.walk())
            except (expect.Violation, expect.Inconclusive) as error:
                self._walked[audit] = error
        walked = self._walked[audit]
        if isinstance(walked, BaseException):
            raise walked
        return walked


def succeeded(stops: list[Stop]) -> list[Stop]:
    """Return the stops that succeeded; `Inconclusive` if none did."""
    done = [stop for stop in stops if stop.exchange.ok]
    if not done:
        expect.inconclusive("not one operation of the API succeeded", stops[0].exchange)
    return done


def all_succeeded(stops: list[Stop]) -> None:
    """Raise `Inconclusive` where an operation failed: it was needed, and nobody could judge it."""
    for stop in stops:
        expect.done(stop.exchange, to=f"judge {stop.operation}")


def _nothing(kind: str) -> Thing:
    return Thing(frozenset({kind}), "", frozenset(), "")
