"""Who has no key that the control plane knows is refused."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

import pytest

from conformance import expect
from conformance.marks import requirement

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.callers import Callers
    from conformance.client import Ask, Caller
    from conformance.specimens import Specimens
    from mock_control_plane.client import Realm

UNKNOWN: dict[str, Callable[[str], str]] = {
    "made up": lambda key: f"sk-{secrets.token_urlsafe(len(key) - 3)}"[: len(key)],
    "another end": lambda key: key[:-4] + "".join(_other(letter) for letter in key[-4:]),
    "another beginning": lambda key: key[:3] + _other(key[3]) + key[4:],
    "cut short": lambda key: key[:-1],
    "too long": lambda key: f"{key}0",
    "a service token": lambda _: f"bt-st-{secrets.token_urlsafe(32)}",
}
"""Keys that nobody has, made of one that is known: each differs from it in one way."""


@requirement("URL-12")
@pytest.mark.parametrize("how", UNKNOWN)
def test_unknown_key_is_refused(callers: Callers, specimens: Specimens, how: str) -> None:
    """A key that differs from a known one, used before, is refused for every kind of request."""
    caller = callers.new()
    project = specimens.make(caller, "project")
    stranger = callers.with_key(UNKNOWN[how](caller.credential.secret or ""))
    for method, path, ask in _requests(project.id):
        expect.done(caller.eventually(method, path, **ask), to="answer the key's owner")
        _expect_refused(stranger, method, path, ask)


@requirement("URL-12")
def test_revoked_key_is_refused(callers: Callers, specimens: Specimens, realm: Realm) -> None:
    """A key that was revoked before its first use is refused; another one of its user is not."""
    caller = callers.new()
    project = specimens.make(caller, "project")
    key = realm.create_key(caller.person.id or "")
    realm.revoke_key(key.id)
    revoked = callers.with_key(key.secret)
    for method, path, ask in _requests(project.id):
        expect.done(caller.eventually(method, path, **ask), to="answer a user with a valid key")
        _expect_refused(revoked, method, path, ask)


def _requests(project: str) -> list[tuple[str, str, Ask]]:
    """One request for each way in: metadata, rows, queries, and what is passed on."""
    row = {"id": str(uuid.uuid4()), "input": "x"}
    query = f"select: * | from: project_logs('{project}') | limit: 1"
    return [
        ("GET", "/v1/project", {"query": {"limit": 1}}),
        ("GET", f"/v1/project/{project}", {}),
        ("POST", f"/v1/project_logs/{project}/insert", {"json": {"events": [row]}}),
        ("POST", f"/v1/project_logs/{project}/fetch", {"json": {"limit": 1}}),
        ("POST", "/logs3", {"json": {"rows": [_logged(row, project)], "api_version": 2}}),
        ("POST", "/btql", {"json": {"query": query, "fmt": "json"}}),
        ("POST", "/api/self/me", {"json": {}}),
        ("POST", "/api/project/get", {"json": {"id": project}}),
        ("PATCH", f"/v1/project/{project}", {"json": {"description": "changed"}}),
    ]


def _logged(row: dict[str, str], project: str) -> dict[str, str]:
    return row | {"project_id": project, "log_id": "g"}


def _expect_refused(stranger: Caller, method: str, path: str, ask: Ask) -> None:
    refused = stranger.request(method, path, **ask)
    expect.refused(refused, because="the control plane does not know the key")
    expect.that(
        refused.status != 404,
        expected=f"{method} {path} is refused because of its key (401 or 403)",
        came=expect.outcome(refused),
        exchanges=refused,
    )


def _other(letter: str) -> str:
    return "y" if letter == "x" else "x"
