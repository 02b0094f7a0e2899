"""Looks for service tokens wherever a data plane could show one: in answers, and in what it sends.

The credential of a look-up is no find: the journal keeps none.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Unpack

from conformance.expect import NoAnswer
from conformance.instruments.canary import Canary, Detector, search_request
from conformance.suites.retention.facts import Leak
from conformance.suites.retention.plan import LOGS, OURS
from conformance.suites.retention.runs import EVERYTHING
from mock_control_plane.wire import TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.client import Ask, Caller
    from conformance.exchange import Exchange
    from conformance.instruments.canary import Finding, Recorded
    from conformance.observing import Ground
    from conformance.suites.retention.runs import Runner, Tokens
    from conformance.suites.retention.shelves import Shelves
    from mock_control_plane.client import Entry

PREFIX = "bt-st-"
HIDDEN = b"[not shown: it holds a service token]"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as something to be searched."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    path: str = ""
    query: str = ""

    @property
    def body_size(self) -> int:
        """All of the body is there."""
        return len(self.body)


@dataclass(slots=True)
class Search:
    """Asks in many ways, as an owner and as a member, and searches every answer.

    `searched` counts what was looked through.
    """

    ground: Ground
    tokens: Tokens
    searched: dict[str, int] = field(default_factory=dict)
    _exchanges: list[Exchange] = field(default_factory=list)

    def go_round(self, shelves: Shelves, runner: Runner) -> None:
        """Ask for everything in which a token could be; then wait for the telemetry of that."""
        owner = shelves.owners[OURS]
        member = self.ground.callers.new()
        project = next(iter(shelves.projects.values()))
        self._store(owner)
        for caller in (owner, member, self.ground.callers.anonymous()):
            self._ask_for_tokens(caller)
            self._ask_around(caller, project.id)
        if runner.told:
            self._ask(runner.starter, "POST", self._path("retention-run", 0), json={})
        self._wait_for_telemetry()
        self.ground.stop()

    def leaks(self, exchanges: Iterable[Exchange]) -> list[Leak]:
        """Where tokens were found, in these answers too and in all that the control plane heard."""
        secrets = self.tokens.secrets.items()
        detector = Detector(Canary(secret.removeprefix(PREFIX), name) for name, secret in secrets)
        answers = [*self._exchanges, *exchanges]
        entries = self.ground.realm.entries(after=self.ground.began_seq, limit=EVERYTHING)
        self.searched |= {"answers": len(answers), "requests": len(entries)}
        self.searched["telemetry"] = sum(map(_is_telemetry, entries))
        return [*self._in_answers(detector, answers), *self._in_requests(detector, entries)]

    def _in_answers(self, detector: Detector, answers: Iterable[Exchange]) -> Iterator[Leak]:
        for exchange in answers:
            for finding in _found(Answered(exchange.headers, exchange.body), detector):
                yield Leak(finding.canary.place, _place(finding), exchange=hidden(exchange))

    def _in_requests(self, detector: Detector, entries: Iterable[Entry]) -> Iterator[Leak]:
        for entry in entries:
            for finding in _found(entry, detector):
                path = "(not shown)" if "path" in finding.where else entry.path
                shown = replace(entry, path=path, query="")
                yield Leak(finding.canary.place, _place(finding), entry=shown)

    def _store(self, owner: Caller) -> None:
        """Store a token as the control plane does, well and badly; nobody may say it again."""
        token = self.ground.realm.create_service_token(f"of-the-run-{uuid.uuid4().hex[:8]}")
        name = "a token that an owner stored"
        self.tokens.secrets[name] = token.secret
        self.tokens.names[token.digest] = name
        path = self._path("token-store", 0)
        self._ask(owner, "POST", path, json={"name": token.name, "token": token.secret})
        self._ask(owner, "POST", path, json={"token": token.secret})
        self._ask(owner, "GET", f"/service-token/{token.name}")

    def _ask_for_tokens(self, caller: Caller) -> None:
        status = self.ground.realm.token_status()
        for name in ("nobody", *([status.name] if status else [])):
            for endpoint in self.ground.profile.rows["token-store"].endpoints[1:]:
                self._ask(caller, endpoint.method, endpoint.path.replace("{name}", name))

    def _ask_around(self, caller: Caller, project: str) -> None:
        """Objects, lists, mistakes, and states: whatever answers with more than its object."""
        self._ask(caller, "GET", "/version")
        self._ask(caller, "GET", f"/v1/project/{project}")
        self._ask(caller, "GET", f"/v1/project/{uuid.uuid4()}")
        self._ask(caller, "GET", "/v1/project", query={"limit": 5})
        self._ask(caller, "GET", "/v1/project_automation", query={"project_id": project})
        self._ask(caller, "POST", f"/v1/{LOGS}/{project}/fetch", json={"limit": 5})
        self._ask(caller, "POST", f"/v1/{LOGS}/{project}/insert", json={"events": "none"})
        self._ask(caller, "POST", self._path("retention-run", -1), json={})
        self._ask(caller, "POST", self._path("retention-run", -1), content=b"{")
        self._ask(caller, "POST", "/api/self/me", json={})
        for endpoint in self.ground.profile.rows["sysadmin"].endpoints[:1]:
            self._ask(caller, endpoint.method, endpoint.path)

    def _ask(self, caller: Caller, method: str, path: str, **options: Unpack[Ask]) -> None:
        options["audit"] = True
        with contextlib.suppress(NoAnswer):
            self._exchanges.append(caller.request(method, path, **options))

    def _path(self, row: str, which: int) -> str:
        return self.ground.profile.rows[row].endpoints[which].path

    def _wait_for_telemetry(self) -> None:
        """Let it tell of what was just done, where the run started it and may stop it then."""
        if self.ground.owned:
            after = self.ground.realm.position()
            self.ground.until(
                lambda: self.ground.realm.count(after=after, classification="telemetry") > 0,
                deadline=self.ground.window(*TELEMETRY),
                why="telemetry that tells of the token's use",
            )


def hidden(exchange: Exchange) -> Exchange:
    """An exchange without what the token stands in."""
    try:
        sent = json.loads(exchange.request_body or b"{}")
    except ValueError:
        sent = {}
    has_token = isinstance(sent, dict) and "token" in sent
    return replace(
        exchange,
        request_body=b'{"token": "..."}' if has_token else exchange.request_body,
        headers=(),
        body=HIDDEN,
    )


def _found(what: Recorded, detector: Detector) -> Iterator[Finding]:
    yield from search_request(what, detector).findings


def _place(finding: Finding) -> str:
    return f"{finding.where}, {' > '.join(finding.chain) or 'as it is'}"


def _is_telemetry(entry: Entry) -> bool:
    return entry.classification.startswith("telemetry:")
