"""Who is served that should not be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.objects.definitions import Definitions
from conformance.reference.problems import BadRequest, Missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.documents import Selection
    from conformance.reference.objects.kinds import Kind
    from conformance.reference.objects.paging import Wanted

    Row = dict[str, object]

KEY = b"authorization"


class _Borrowing:
    """Serves a request to some routes with the last good key where its own is none."""

    def __init__(self, app: ASGIApp, fits: Callable[[str, str], bool]) -> None:
        self._app = app
        self._fits = fits
        self._good: dict[bytes, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        key = dict(scope["headers"]).get(KEY, b"")
        if key not in self._good and self._good and self._fits(scope["method"], scope["path"]):
            others = [pair for pair in scope["headers"] if pair[0] != KEY]
            scope = {**scope, "headers": [*others, (KEY, next(reversed(self._good)))]}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300 and key:
                self._good[key] = None
            await send(message)

        await self._app(scope, receive, watched)


def _borrowing(reference: Reference, fits: Callable[[str, str], bool]) -> Reference:
    return replace(reference, wrap=(*reference.wrap, lambda app: _Borrowing(app, fits)))


class _ByIdAlone(Definitions):
    async def find(self, call: Call, kind: Kind, id: str, version: int | None = None) -> Row:
        row = call.parts.documents.find(kind.name, id, version)
        if row is None:
            raise Missing(kind.name, id)
        return row


class _TellsNames(Definitions):
    async def find(self, call: Call, kind: Kind, id: str, version: int | None = None) -> Row:
        row = call.parts.documents.find(kind.name, id, version)
        if row is not None and call.caller.organization(str(row["org_id"])) is None:
            raise BadRequest(f"{row['name']} belongs to another organization")
        return await super().find(call, kind, id, version)


class _ListsByName(Definitions):
    async def selection(self, call: Call, kind: Kind, asked: Wanted) -> Selection:
        chosen = await super().selection(call, kind, asked)
        if asked.name is None:
            return chosen
        row = call.parts.documents.select(replace(chosen, organizations=None))  # type: ignore[arg-type]
        return replace(chosen, organizations=[str(each["org_id"]) for each in row])


class _ListsById(Definitions):
    async def selection(self, call: Call, kind: Kind, asked: Wanted) -> Selection:
        chosen = await super().selection(call, kind, asked)
        if asked.ids is None:
            return chosen
        return replace(chosen, organizations=None)  # type: ignore[arg-type]


@defect(breaks={"API-03"})
def shows_a_prompt_to_anybody(reference: Reference) -> Reference:
    """A single prompt is read without a key."""
    return _borrowing(
        reference, lambda method, path: method == "GET" and path.startswith("/v1/prompt/")
    )


@defect(breaks={"API-03"})
def takes_feedback_from_anybody(reference: Reference) -> Reference:
    """Feedback on a row is accepted with a key that nobody knows."""
    return _borrowing(reference, lambda _, path: path.endswith("/feedback"))


@defect(breaks={"API-03"})
def deletes_datasets_for_anybody(reference: Reference) -> Reference:
    """A dataset is deleted without a key."""
    return _borrowing(
        reference, lambda method, path: method == "DELETE" and path.startswith("/v1/dataset/")
    )


@defect(breaks={"API-08"})
def finds_prompts_by_id_alone(reference: Reference) -> Reference:
    """Prompts and functions are read, changed and deleted by whoever knows the id."""
    return replace(reference, definitions=_ByIdAlone())


@defect(breaks={"API-08"})
def lists_by_name_across_organizations(reference: Reference) -> Reference:
    """A list of prompts or functions by name holds those of every organisation."""
    return replace(reference, definitions=_ListsByName())


@defect(breaks={"API-08"})
def names_what_it_refuses(reference: Reference) -> Reference:
    """The refusal of another organisation's prompt tells its name."""
    return replace(reference, definitions=_TellsNames())


@defect(breaks={"API-08"})
def lists_by_id_across_organizations(reference: Reference) -> Reference:
    """A list of prompts or functions that is filtered by ids holds those of every organisation."""
    return replace(reference, definitions=_ListsById())
