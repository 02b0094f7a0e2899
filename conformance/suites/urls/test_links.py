"""Links for people lead to the web application as they know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.marks import requirement, settings
from conformance.suites.urls.settings import APP_URL, PUBLIC_URL, SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.callers import Callers
    from conformance.deployment.environment import Deployment
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens
    from conformance.suites.urls.conftest import Place


@requirement("URL-04")
def test_links_lead_to_the_application(
    callers: Callers, specimens: Specimens, deployment: Deployment
) -> None:
    """Without a public URL, links in summaries begin with the URL of the web application."""
    _expect_links(callers, specimens, deployment)


@requirement("URL-04")
@settings(SHOWN)
def test_links_lead_to_the_public_url(shown: Place, specimens: Specimens) -> None:
    """With a public URL, links in summaries begin with it, its path included."""
    _expect_links(shown.callers, specimens, shown.deployment)


def _expect_links(callers: Callers, specimens: Specimens, deployment: Deployment) -> None:
    declared = deployment.settings
    base = (declared.get(PUBLIC_URL) or declared.get(APP_URL) or "").rstrip("/")
    if not base:
        expect.inconclusive(
            f"it is not known what the data plane is configured with; declare {APP_URL} and, "
            f"where it is set, {PUBLIC_URL} with --dataplane-setting"
        )
    links = 0
    for summary in _summaries(callers, specimens):
        body = expect.body_of(summary, to="summarize")
        for name in ("project_url", "experiment_url", "dataset_url"):
            link = body.get(name)
            if isinstance(link, str):
                links += 1
                expect.that(
                    link == base or link.startswith(f"{base}/"),
                    expected=f"{name} begins with {base}",
                    came=expect.shown(link),
                    exchanges=summary,
                )
    if not links:
        expect.inconclusive("no summary has a project_url or an experiment_url")


def _summaries(callers: Callers, specimens: Specimens) -> Iterator[Exchange]:
    caller = callers.new()
    project = specimens.make(caller, "project")
    for kind in ("experiment", "dataset"):
        made = specimens.make(caller, kind, project=project)
        yield caller.read(f"{made.path}/summarize", query={"summarize_scores": "true"})
