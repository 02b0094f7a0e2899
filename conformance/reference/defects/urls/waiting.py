"""What does not work before the control plane has called the data plane once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from conformance.reference.defects.definition import defect

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.composition import Reference

CALLED = "/service-token/upsert"


def _waiting(reference: Reference, end: str) -> Reference:
    """Answer 503 under paths that end so, until a token was handed over."""

    def wrap(app: ASGIApp) -> ASGIApp:
        called = False

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal called
            path = scope.get("path", "")
            called = called or path == CALLED
            if not called and path.endswith(end) and scope["method"] != "OPTIONS":
                refusal = Response("this deployment is not provisioned yet", 503)
                return await refusal(scope, receive, send)
            return await app(scope, receive, send)

        return serve

    return replace(reference, wrap=(*reference.wrap, wrap))


@defect(breaks={"URL-14"})
def reads_no_rows_before_it_was_called(reference: Reference) -> Reference:
    """Rows are read only once the control plane has handed over a token."""
    return _waiting(reference, "/fetch")


@defect(breaks={"URL-14"})
def answers_no_query_before_it_was_called(reference: Reference) -> Reference:
    """Queries are answered only once the control plane has handed over a token."""
    return _waiting(reference, "/btql")


@defect(breaks={"URL-01", "URL-14"})
def summarizes_nothing_before_it_was_called(reference: Reference) -> Reference:
    """Summaries are made only once the control plane has handed over a token."""
    return _waiting(reference, "/summarize")
