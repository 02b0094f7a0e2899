"""A page of an allowed origin may call the API, as far as a browser is concerned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments import cors
from conformance.marks import requirement, settings
from conformance.suites.urls.settings import SHOWN

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Ask, Caller
    from conformance.deployment.environment import Deployment
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens
    from conformance.suites.urls.conftest import Place

ORIGINS = "WHITELISTED_ORIGINS"
WEB_APPLICATION = "https://www.braintrust.dev"
HEADERS = ("authorization", "content-type")
"""What a page sends with every request: the user's credential, and the type of its body."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a user has open; `sure` says whether its origin is known to be allowed."""

    caller: Caller
    origin: str
    sure: bool = True

    def call(self, method: str, path: str, ask: Ask) -> Exchange:
        """Send a request after its preflight, and see that a browser would let both pass."""
        self.preflight(method, path)
        sent: Ask = {**ask, "headers": {"origin": self.origin}}
        answer = self.caller.eventually(method, path, **sent)
        expect.done(answer, to=f"answer a page of {self.origin}")
        self._judge(cors.check(answer.headers, self.origin), answer, f"{method} {path}")
        return answer

    def preflight(self, method: str, path: str) -> None:
        """Ask as a browser does: without any credential."""
        asked = {
            "origin": self.origin,
            "access-control-request-method": method,
            "access-control-request-headers": ",".join(HEADERS),
        }
        answer = self.caller.with_key(None).request("OPTIONS", path, headers=asked)
        problem = cors.preflight(
            answer.status, answer.headers, self.origin, method=method, names=HEADERS
        )
        self._judge(problem, answer, f"the preflight of {method} {path}")

    def _judge(self, problem: str | None, answer: Exchange, what: str) -> None:
        if problem is None:
            return
        if not self.sure:
            expect.inconclusive(
                f"a page of {self.origin} is granted nothing ({problem}), and whether it is the "
                f"web application's cannot be told; declare it: --dataplane-setting {ORIGINS}=…",
                answer,
            )
        raise expect.Violation(
            expected=f"{what} is allowed to a page of {self.origin}, which is an allowed origin",
            came=f"a browser refuses it: {problem}",
            exchanges=(answer,),
        )


@requirement("URL-09")
def test_a_page_of_the_web_application_may_call_the_api(
    callers: Callers, specimens: Specimens, deployment: Deployment
) -> None:
    """Preflight and request succeed for each method, and for rows, queries and metadata."""
    configured = _listed(deployment.settings.get(ORIGINS, ""))
    sure = bool(configured) or deployment.realm is None
    for origin in configured or [WEB_APPLICATION]:
        _walk(Page(callers.new(), origin, sure), specimens)


@requirement("URL-09")
@settings(SHOWN)
def test_each_listed_origin_may_call_the_api(shown: Place, specimens: Specimens) -> None:
    """Where several origins are listed, each is told that it may, and told its own name."""
    origins = _listed(shown.deployment.settings.get(ORIGINS, ""))
    pages = [Page(shown.callers.new(), origin) for origin in origins]
    for page in pages * 2:
        page.preflight("POST", "/btql")
        page.preflight("GET", "/v1/project")
    for page in pages:
        _walk(page, specimens)


def _walk(page: Page, specimens: Specimens) -> None:
    """Do what a page does: create, read, list, change, log, query, delete."""
    body = specimens.body(page.caller, "project")
    created = page.call("POST", "/v1/project", {"json": body})
    project = specimens.adopt(page.caller, "project", created)
    rows = f"/v1/project_logs/{project.id}"
    query = f"select: * | from: project_logs('{project.id}') | limit: 1"
    calls: list[tuple[str, str, Ask]] = [
        ("GET", project.path, {}),
        ("GET", "/v1/project", {"query": {"limit": 1}}),
        ("PATCH", project.path, {"json": {"description": "seen"}}),
        ("POST", f"{rows}/insert", {"json": {"events": [{"input": "x"}]}}),
        ("POST", f"{rows}/fetch", {"json": {"limit": 1}}),
        ("POST", "/btql", {"json": {"query": query, "fmt": "json"}}),
        ("POST", "/api/self/me", {"json": {}}),
        ("DELETE", project.path, {}),
    ]
    for method, path, ask in calls:
        page.call(method, path, ask)


def _listed(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]
