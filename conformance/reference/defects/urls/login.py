"""Where a login sends an SDK, if not here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.rewriting import Rewriting

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference

    Lead = Callable[[int, dict[str, object]], dict[str, object]]


def _leading(reference: Reference, lead: Lead) -> Reference:
    """Change each organisation of a login."""

    def change(call: Call, answer: object) -> object:
        if call.trail.parameters["kind"] != "apikey" or not isinstance(answer, dict):
            return answer
        organizations = answer.get("org_info")
        if not isinstance(organizations, list):
            return answer
        return answer | {"org_info": [lead(n, each) for n, each in enumerate(organizations)]}

    return replace(reference, proxy=Rewriting(change))


@defect(breaks={"URL-01", "URL-03"})
def leads_sdks_to_the_control_plane(reference: Reference) -> Reference:
    """A login gives the control plane's own URL as that of the API."""
    return _leading(reference, lambda _, each: each | {"api_url": reference.settings.app_url})


@defect(breaks={"URL-03"})
def leads_sdks_to_the_vendors_proxy(reference: Reference) -> Reference:
    """A login gives the vendor's address as that of the proxy, as for who hosts nothing."""
    return _leading(reference, lambda _, each: each | {"proxy_url": "https://api.braintrust.dev"})


@defect(breaks={"URL-03"})
def leads_only_the_first_organisation_here(reference: Reference) -> Reference:
    """In a login, only the first organisation of a user has the deployment's URL."""
    elsewhere = {"api_url": reference.settings.app_url}
    return _leading(reference, lambda number, each: each | elsewhere if number else each)
