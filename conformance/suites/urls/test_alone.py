"""The data plane works while nobody of the control plane ever connects to it."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from conformance import expect
from conformance.marks import requirement

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Ask, Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens
    from mock_control_plane.client import Realm

ABSENT = (404, 405, 501)
"""What a data plane without a route answers, called by the control plane or not."""


@requirement("URL-14")
def test_main_job_needs_no_call_from_outside(
    callers: Callers, specimens: Specimens, realm: Realm
) -> None:
    """Logged in, registered, logged, read back, queried and summarized, and nobody called it."""
    caller = callers.new()
    name = specimens.unique("registered")
    registered = {"project_name": name, "org_id": realm.organization.id}
    project = caller.post("/api/project/register", json=registered)
    steps = [
        caller.post("/api/apikey/login"),
        project,
        caller.post(
            "/api/project/get", json={"project_name": name, "org_id": registered["org_id"]}
        ),
    ]
    for step in steps:
        expect.ok(step, to="serve an SDK without having been called by the control plane")
    made = specimens.make(caller, "project")
    experiment = specimens.make(caller, "experiment", project=made)
    _log_and_read(caller, f"/v1/project_logs/{made.id}")
    _log_and_read(caller, experiment.path)
    query = f"select: * | from: project_logs('{made.id}') | limit: 10"
    for last in (
        caller.post("/btql", json={"query": query, "fmt": "json"}),
        caller.get(f"{experiment.path}/summarize"),
    ):
        if last.status in ABSENT:
            expect.done(last, to="answer at all: that there is no such route is no want of a call")
        expect.ok(last, to="answer without having been called by the control plane")
    if calls := realm.outbound():
        expect.inconclusive(
            f"the control plane did call the data plane: {calls[0].method} {calls[0].url}"
        )


def _log_and_read(caller: Caller, holder: str) -> None:
    text = str(uuid.uuid4())
    inserted = caller.once_visible(f"{holder}/insert", json={"events": [{"input": text}]})
    expect.ok(inserted, to="log a row without having been called by the control plane")
    ask: Ask = {"json": {"limit": 10}}
    fetched = caller.until(partial(_shows, text), "POST", f"{holder}/fetch", ask)
    expect.ok(fetched, to="read rows back without having been called by the control plane")
    expect.that(
        text in fetched.text,
        expected="the row that was logged is read back",
        came=expect.outcome(fetched),
        exchanges=[inserted, fetched],
    )


def _shows(text: str, answer: Exchange) -> bool:
    return not answer.ok or text in answer.text
