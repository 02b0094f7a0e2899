"""The main job of a data plane: log in, register, log, read back, query, summarize."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from conformance import expect

if TYPE_CHECKING:
    from conformance.client import Ask, Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens

__all__ = ["expect_done"]

ABSENT = (404, 405, 501)
"""What a data plane without a route answers, under all circumstances."""


def expect_done(caller: Caller, specimens: Specimens, *, under: str) -> None:
    """Do it all; `under` says, for whoever reads of a failure, what the circumstances are."""
    login = expect.ok(caller.post("/api/apikey/login"), to=f"log an SDK in {under}")
    named: dict[str, object] = {"project_name": specimens.unique("registered"), **_of(login)}
    for path in ("/api/project/register", "/api/project/get"):
        expect.ok(caller.post(path, json=named), to=f"serve an SDK {under}")
    dataset = {**named, "dataset_name": "golden"}
    expect.ok(caller.post("/api/dataset/register", json=dataset), to=f"serve an SDK {under}")
    made = specimens.make(caller, "project")
    experiment = specimens.make(caller, "experiment", project=made)
    for holder in (f"/v1/project_logs/{made.id}", experiment.path):
        _log_and_read(caller, holder, under)
    query = f"select: * | from: project_logs('{made.id}') | limit: 10"
    for last in (
        caller.post("/btql", json={"query": query, "fmt": "json"}),
        caller.get(f"{experiment.path}/summarize"),
    ):
        if last.status in ABSENT:
            expect.done(last, to="answer at all: that there is no such route has another reason")
        expect.ok(last, to=f"answer {under}")


def _of(login: Exchange) -> dict[str, object]:
    """The organisation that a login names, as SDKs send it on."""
    organizations = expect.body_of(login, to="log an SDK in").get("org_info")
    first = organizations[0] if isinstance(organizations, list) and organizations else None
    return {"org_id": first["id"]} if isinstance(first, dict) and "id" in first else {}


def _log_and_read(caller: Caller, holder: str, under: str) -> None:
    text = str(uuid.uuid4())
    inserted = caller.once_visible(f"{holder}/insert", json={"events": [{"input": text}]})
    expect.ok(inserted, to=f"log a row {under}")
    ask: Ask = {"json": {"limit": 10}}
    fetched = caller.until(partial(_shows, text), "POST", f"{holder}/fetch", ask)
    expect.ok(fetched, to=f"read rows back {under}")
    expect.that(
        text in fetched.text,
        expected=f"the row that was logged is read back {under}",
        came=expect.outcome(fetched),
        exchanges=[inserted, fetched],
    )


def _shows(text: str, answer: Exchange) -> bool:
    return not answer.ok or text in answer.text
