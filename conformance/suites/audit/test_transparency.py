"""Auditing changes nothing else: same status, content type, body and effect with and without it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from conformance import expect
from conformance.exchange import Exchange
from conformance.instruments import sameness
from conformance.marks import requirement
from conformance.suites.audit.headers import audit_headers

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Caller
    from conformance.specimens import Specimen, Specimens

Act = Callable[[bool], Exchange]
CONFIRMATIONS = 2


class Stage:
    """A user with objects: each act is done twice without the audit header, once with it."""

    def __init__(self, callers: Callers, specimens: Specimens) -> None:
        self.caller: Caller = callers.new()
        self.specimens = specimens
        self.project: Specimen = specimens.make(self.caller, "project")

    def fresh(self, kind: str) -> Specimen:
        """Make one more object, and see that it is there."""
        specimen = self.specimens.make(self.caller, kind, project=self.project)
        expect.done(self.caller.read(specimen.path), to=f"read a {kind}")
        return specimen


@requirement("AUD-20")
def test_reads_and_lists_are_the_same(callers: Callers, specimens: Specimens) -> None:
    """Reading, listing and fetching rows give the same answers, audited or not."""
    stage = Stage(callers, specimens)
    caller, dataset = stage.caller, stage.fresh("dataset")
    query: dict[str, object] = {"project_id": stage.project.id}
    _expect_same(lambda audit: caller.get(stage.project.path, audit=audit))
    _expect_same(lambda audit: caller.get("/v1/dataset", query=query, audit=audit))
    _expect_same(lambda audit: caller.post(f"{dataset.path}/fetch", json={"limit": 5}, audit=audit))
    _expect_same(lambda audit: caller.get(f"{dataset.path}/summarize", audit=audit))


@requirement("AUD-20")
def test_failures_are_the_same(callers: Callers, specimens: Specimens) -> None:
    """Requests that fail fail in the same way, audited or not."""
    stage = Stage(callers, specimens)
    caller, missing = stage.caller, f"/v1/project/{uuid.uuid4()}"
    wrong = {"project_id": 7, "name": ["no", "name"]}
    _expect_same(lambda audit: caller.get(missing, audit=audit), fails=True)
    _expect_same(lambda audit: caller.delete(missing, audit=audit), fails=True)
    _expect_same(lambda audit: caller.post("/v1/dataset", json=wrong, audit=audit), fails=True)


@requirement("AUD-20")
@pytest.mark.parametrize("kind", ["project", "dataset", "prompt"])
def test_creations_are_the_same(callers: Callers, specimens: Specimens, kind: str) -> None:
    """An object that an audited request creates is like any other, in its answer and afterwards."""
    stage = Stage(callers, specimens)
    made: list[Specimen] = []

    def create(audit: bool) -> Exchange:
        body = specimens.body(stage.caller, kind, project=stage.project)
        exchange = stage.caller.post(f"/v1/{kind}", json=body, audit=audit)
        made.append(specimens.adopt(stage.caller, kind, exchange))
        return exchange

    _expect_same(create)
    _expect_same_effect(stage.caller, made[:3], lambda answer: answer.ok)


@requirement("AUD-20")
@pytest.mark.parametrize("kind", ["dataset", "prompt"])
def test_changes_and_deletions_are_the_same(
    callers: Callers, specimens: Specimens, kind: str
) -> None:
    """An audited change changes the same, an audited deletion deletes the same, and no more."""
    stage = Stage(callers, specimens)
    changed: list[Specimen] = []
    deleted: list[Specimen] = []

    def change(audit: bool) -> Exchange:
        changed.append(stage.fresh(kind))
        body = {"description": "changed"}
        return stage.caller.patch(changed[-1].path, json=body, audit=audit)

    def delete(audit: bool) -> Exchange:
        if len(deleted) == len(changed):
            changed.append(stage.fresh(kind))
        deleted.append(changed[len(deleted)])
        return stage.caller.delete(deleted[-1].path, audit=audit)

    _expect_same(change)
    _expect_same_effect(stage.caller, changed[:3], lambda answer: '"changed"' in answer.text)
    _expect_same(delete)
    _expect_same_effect(stage.caller, deleted[:3], lambda answer: not answer.ok)


def _expect_same(act: Act, *, fails: bool = False) -> None:
    """Judge an act by two unaudited ones around it; what differs must differ again to count."""
    suspects: set[str] | None = None
    for _ in range(CONFIRMATIONS):
        before, between, after = act(False), act(True), act(False)
        _need(before, after, fails=fails)
        if between.ok and not audit_headers(between):
            expect.inconclusive("the audited answer has no audit header: AUD-01 judges", between)
        found = set(sameness.changed(_view(before), _view(between), _view(after)))
        suspects = found if suspects is None else suspects & found
        if not suspects:
            return
    _report(suspects or set(), before, between)


def _expect_same_effect(
    caller: Caller, made: list[Specimen], reached: Callable[[Exchange], bool]
) -> None:
    """Judge what became of three objects of which the middle one was treated with the header."""
    before, between, after = (caller.until(reached, "GET", each.path, {}) for each in made)
    for exchange in (before, after):
        if not reached(exchange):
            expect.inconclusive("not even the unaudited request has its effect", exchange)
    found = set(sameness.changed(_view(before), _view(between), _view(after)))
    if found:
        _report(found, before, between)


def _need(before: Exchange, after: Exchange, *, fails: bool) -> None:
    for exchange in (before, after):
        if fails and not 400 <= exchange.status < 500:
            expect.inconclusive(f"a refusal was needed and {exchange.status} came", exchange)
        if not fails:
            expect.done(exchange, to="do it without the audit header")


def _view(exchange: Exchange) -> dict[str, object]:
    return sameness.view(exchange.status, exchange.header("content-type"), exchange.body)


def _report(paths: set[str], before: Exchange, between: Exchange) -> None:
    plain, audited = _view(before), _view(between)
    told = [
        f"{path}: {plain.get(path, 'absent')} without, {audited.get(path, 'absent')} with"
        for path in sorted(paths)
    ]
    raise expect.Violation(
        expected="the same answer and effect with x-bt-enable-audit: true as without",
        came="; ".join(told),
        exchanges=(before, between),
    )
