"""A page of an allowed origin may read the audit headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments import audit
from conformance.marks import requirement

if TYPE_CHECKING:
    from conformance.deployment.environment import Deployment
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens
    from conformance.suites.audit.tour import Tours

ORIGINS = "WHITELISTED_ORIGINS"
WEB_APPLICATION = "https://www.braintrust.dev"


@requirement("AUD-18")
def test_a_page_may_read_the_audit_headers(
    tours: Tours, specimens: Specimens, deployment: Deployment
) -> None:
    """The four names are exposed to an allowed origin, on reading and on creating."""
    caller = tours.caller
    origin = allowed_origin(deployment)
    asked = {"Origin": origin}
    project = specimens.make(caller, "project")
    body = specimens.body(caller, "dataset", project=project)
    created = caller.once_visible("/v1/dataset", json=body, headers=asked, audit=True)
    specimens.adopt(caller, "dataset", created)
    listed = caller.get("/v1/project", query={"limit": 1}, headers=asked, audit=True)
    for exchange in (created, caller.read(project.path, headers=asked, audit=True), listed):
        expect.done(exchange, to=f"answer a page of {origin}")
        _expect_exposed(exchange, origin)


def allowed_origin(deployment: Deployment) -> str:
    """Return an origin that the deployment allows: a configured one, else the web application's."""
    configured = deployment.settings.get(ORIGINS, "").split(",")
    return next((origin.strip() for origin in configured if origin.strip()), WEB_APPLICATION)


def _expect_exposed(exchange: Exchange, origin: str) -> None:
    granted = exchange.header("access-control-allow-origin")
    if granted not in (origin, "*"):
        expect.inconclusive(
            f"the data plane grants {origin} nothing (access-control-allow-origin is {granted!r}); "
            f"declare an allowed origin with --dataplane-setting {ORIGINS}=…",
            exchange,
        )
    lines = ",".join(exchange.header_all("access-control-expose-headers"))
    exposed = {name.strip().lower() for name in lines.split(",")}
    missing = [name for name in audit.NAMES if name not in exposed and "*" not in exposed]
    expect.that(
        not missing,
        expected=f"access-control-expose-headers names the four audit headers to {origin}",
        came=f"{expect.shown(lines)}, without {', '.join(missing)}",
        exchanges=exchange,
    )
