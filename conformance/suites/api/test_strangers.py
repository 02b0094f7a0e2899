"""Nobody but the owner's organisation sees or changes anything, whatever is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance import expect
from conformance.marks import requirement
from conformance.suites.api.strangers import BAD_KEYS, everything_told, keyless, outsider

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Caller
    from conformance.description import Operation
    from conformance.exchange import Exchange
    from conformance.suites.api.shelf import Shelf, Visit
    from mock_control_plane.client import Realm


@pytest.fixture(scope="session", name="stranger")
def _stranger(callers: Callers, realm: Realm | None) -> Caller:
    """A user of another organisation."""
    return outsider(callers, realm)


@requirement("API-03")
def test_no_key(shelf: Shelf, callers: Callers, operation: Operation) -> None:
    """Without a key, with a malformed one and with an unknown one, nothing is told or changed."""
    visit = shelf.visit(operation)
    for who in BAD_KEYS:
        _expect_nothing_told(visit, shelf, keyless(callers, visit, who), f"with {who}")
    _expect_nothing_done(visit, shelf, "without a key that is known")
    shelf.succeed(visit)


@requirement("API-08")
def test_another_organisation(shelf: Shelf, stranger: Caller, operation: Operation) -> None:
    """A user of another organisation is told nothing, in bodies and audit headers, by any id."""
    visit = shelf.visit(operation)
    asked = visit.make(stranger, audit=True)
    _expect_nothing_told(visit, shelf, asked, "by a user of another organisation")
    _expect_nothing_done(visit, shelf, "of another organisation")
    shelf.succeed(visit)


@requirement("API-08")
def test_lists_and_queries(shelf: Shelf, stranger: Caller) -> None:
    """Lists without a filter, by id and by project, and queries show nothing of theirs."""
    for kind, id in shelf.ids():
        for query in ({}, {"ids": id}, {"project_name": shelf.secret_named("project")}):
            answer = stranger.get(f"/v1/{kind}", query=query, audit=True)
            _expect_words_absent(shelf, answer, str(query), f"a list of {kind}s")
    for kind, id in shelf.ids():
        source = {"project": "project_logs"}.get(kind, kind)
        if source in ("project_logs", "experiment", "dataset"):
            text = f"select: * | from: {source}('{id}') | limit: 10"
            answer = stranger.post("/btql", json={"query": text, "fmt": "json"}, audit=True)
            _expect_words_absent(shelf, answer, text, f"a query over a {kind}")


def _expect_nothing_told(visit: Visit, shelf: Shelf, answer: Exchange, how: str) -> None:
    _expect_words_absent(shelf, answer, f"{visit.path} {visit.options}", f"{visit.operation} {how}")


def _expect_words_absent(shelf: Shelf, answer: Exchange, sent: str, what: str) -> None:
    came = everything_told(answer)
    told = [word for word in shelf.secrets(granted=answer.ok) if word in came and word not in sent]
    expect.that(
        not told,
        expected=f"{what} tells nothing of what the owner's organisation has",
        came=f"{expect.outcome(answer)}, which holds {', '.join(told[:3])}",
        exchanges=answer,
    )


def _expect_nothing_done(visit: Visit, shelf: Shelf, who: str) -> None:
    after = visit.seen(shelf.owner)
    expect.that(
        visit.marker not in after.text and visit.stays in after.text,
        expected=f"{visit.operation} by somebody {who} changes nothing",
        came=f"the owner reads {expect.outcome(after)}",
        exchanges=after,
    )
