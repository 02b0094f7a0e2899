"""Normalised URLs that are not: placeholders that are none, and things that have no place there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.auditor import Auditor
from conformance.reference.defects.definition import defect

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.auditor import Trail
    from conformance.reference.composition import Reference

QUERY = "x-query"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@defect(breaks={"AUD-07"})
def writes_placeholders_in_braces(reference: Reference) -> Reference:
    """The normalised URL is the route's template: /v1/project/{project_id}."""

    class Flawed(Auditor):
        def placeholder(self, parameter: str) -> str:
            return f"{{{parameter}}}"

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-07"})
def writes_placeholders_with_a_colon(reference: Reference) -> Reference:
    """The normalised URL is in a router's spelling: /v1/project/:id."""

    class Flawed(Auditor):
        def placeholder(self, parameter: str) -> str:
            return f":{parameter}"

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-07"})
def ends_the_url_at_the_placeholder(reference: Reference) -> Reference:
    """What follows a parameter is cut off: /v1/dataset/[id] for /v1/dataset/[id]/fetch."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            whole = super().normalized_url(trail)
            return whole[: whole.find("]") + 1] or whole

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-07"})
def replaces_the_kind_as_well(reference: Reference) -> Reference:
    """The kind of object is taken for a parameter: /v1/[object]/[id]."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            return re.sub(r"^/v1/[a-z_]+", "/v1/[object]", super().normalized_url(trail))

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-07", "AUD-08"})
def leaves_the_url_of_changes_as_it_came(reference: Reference) -> Reference:
    """The path of PATCH and DELETE is not normalised."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            raw = trail.method in ("PATCH", "DELETE")
            return trail.path if raw else super().normalized_url(trail)

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-07", "AUD-08"})
def replaces_only_what_looks_like_an_id(reference: Reference) -> Reference:
    """A parameter is found by its looks: one that is not a UUID stays where it was."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            return UUID.sub("[id]", trail.path)

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-08"})
def puts_the_id_into_the_brackets(reference: Reference) -> Reference:
    """The placeholder shows what it stands for: /v1/project/[f3c6…]."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            url = trail.template
            for name, value in trail.parameters.items():
                url = url.replace(f"{{{name}}}", f"[{value}]")
            return url

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-08"})
def puts_the_name_into_the_brackets(reference: Reference) -> Reference:
    """The placeholder is the object's name: /v1/project/[my project]."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            names = [each.name for each in trail.touched if each.id in trail.parameters.values()]
            url = super().normalized_url(trail)
            return url.replace("[id]", f"[{names[-1]}]") if names else url

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-08"})
def keeps_the_query_in_the_url(reference: Reference) -> Reference:
    """The query of the request stays behind the normalised path."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            query = trail.headers.get(QUERY)
            return super().normalized_url(trail) + (f"?{query}" if query else "")

    return replace(reference, auditor=Flawed(), wrap=(*reference.wrap, _with_query))


def _with_query(app: ASGIApp) -> ASGIApp:
    """Hand the query on in a header, where an auditor sees it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = (QUERY.encode(), scope["query_string"])
            scope = {**scope, "headers": [*scope["headers"], query]}
        await app(scope, receive, send)

    return serve


@defect(breaks={"AUD-08"})
def puts_the_host_before_the_url(reference: Reference) -> Reference:
    """The normalised URL is absolute: http://host/v1/project/[id]."""

    class Flawed(Auditor):
        def normalized_url(self, trail: Trail) -> str:
            return f"http://{trail.headers.get('host', '')}{super().normalized_url(trail)}"

    return replace(reference, auditor=Flawed())
