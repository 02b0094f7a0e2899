"""Requests that cause nothing outside: which those are is seen, not presumed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import expect
from conformance.suites.rate_limits.spending import spend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.client import Ask, Caller
    from conformance.exchange import Exchange
    from conformance.observing import Ground, JsonObject
    from conformance.specimens import Specimens
    from conformance.suites.rate_limits.tokens import Place, Token

ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Operation:
    """A request that may be served without asking anybody."""

    method: str
    path: str
    ask: Ask

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Done:
    """An operation done with a token: its answer, and how much it caused outside."""

    exchange: Exchange
    caused: int

    @property
    def served(self) -> bool:
        """Whether it succeeded and caused nothing outside."""
        return self.exchange.ok and not self.caused


def local_requests(ground: Ground, place: Place, requests: int) -> JsonObject:
    """Do what is served locally with a spent token, beside a twin that has its budget.

    `local` names what caused nothing outside with the twin, `refused` what of that was refused to
    two spent tokens in turn, with the answers.
    """
    owner = ground.callers.new()
    operations = list(_operations(ground, owner))
    local: set[str] = set()
    refused: dict[str, JsonObject] = {}
    for _ in range(ROUNDS):
        spent, twin = place.token(owner.person), place.token(owner.person)
        served = [one for one in operations if _knows(spent, one) and _knows(twin, one)]
        if not spend(spent, requests):
            break
        refused = _refused(spent, twin, served, local)
        operations = [one for one in served if str(one) in refused]
        if not operations:
            break
    return {"local": sorted(local), "refused": refused}


def _operations(ground: Ground, owner: Caller) -> Iterator[Operation]:
    """What can be done without any object, and with objects that are there and have been used."""
    yield Operation("GET", "/version", {})
    with suppress(expect.Inconclusive):
        for operation in _on_objects(ground.specimens, owner):
            if owner.eventually(operation.method, operation.path, **operation.ask).ok:
                yield operation


def _on_objects(specimens: Specimens, owner: Caller) -> Iterator[Operation]:
    """As much as can be made of a project with logs, a dataset and a prompt."""
    project = specimens.make(owner, "project")
    rows: Ask = {"json": {"events": [{"input": "a row of the area rate-limits"}]}}
    yield Operation("POST", f"/v1/project_logs/{project.id}/insert", rows)
    one: Ask = {"json": {"limit": 1}}
    yield Operation("POST", f"/v1/project_logs/{project.id}/fetch", one)
    yield Operation("GET", specimens.make(owner, "prompt", project=project).path, {})
    dataset = specimens.make(owner, "dataset", project=project)
    yield Operation("POST", f"{dataset.path}/insert", rows)
    yield Operation("GET", f"{dataset.path}/fetch", {"query": {"limit": 1}})


def _knows(token: Token, operation: Operation) -> bool:
    """Whether an operation causes nothing outside any more once a token has done it."""
    _do(token, operation)
    return _do(token, operation).served


def _do(token: Token, operation: Operation) -> Done:
    before = token.realm.position()
    request = token.caller.compose(operation.method, operation.path, **operation.ask)
    exchange = token.caller.transport.send(request)
    return Done(exchange, token.count(after=before))


def _refused(
    spent: Token, twin: Token, operations: Sequence[Operation], local: set[str]
) -> dict[str, JsonObject]:
    """What the twin is served and the spent token is not; what was judged is added to `local`."""
    refused: dict[str, JsonObject] = {}
    for operation in operations:
        if not _do(twin, operation).served:
            continue
        local.add(str(operation))
        done = _do(spent, operation)
        if not done.exchange.ok:
            refused[str(operation)] = done.exchange.to_json()
    return refused
