"""An OpenAPI description, asked what it promises of an answer, and for requests that are drawn.

How schemas are read, and how data is drawn from them, is schemathesis' own business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import JsonSchemaError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy
    from schemathesis.schemas import APIOperation, BaseSchema

    from conformance.description import Operation
    from conformance.exchange import Exchange

__all__ = ["JSON", "Described", "Draft", "Promise"]

JSON = "application/json"
SHOWN_PROBLEMS = 3
FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Promise:
    """What one status of one operation is described to carry: a schema by content type."""

    status: str
    content: Mapping[str, Any]

    @property
    def types(self) -> tuple[str, ...]:
        """The content types, in the order in which they are described."""
        return tuple(self.content)


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that was drawn: path parameters, query, and a body, None where there is none."""

    parameters: tuple[str, ...]
    query: Mapping[str, object]
    body: object


@dataclass(frozen=True)
class Described:
    """An OpenAPI document of version 3, asked about one operation at a time."""

    document: Mapping[str, Any]

    def promise(self, operation: Operation, status: int) -> Promise | None:
        """Return what is described for a status: itself, its class (4XX), or the default."""
        item = self.document["paths"][operation.template][operation.method.lower()]
        responses = item.get("responses", {})
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in responses:
                found = self._resolved(responses[name])
                return Promise(name, found.get("content") or {})
        return None

    def problems(self, operation: Operation, exchange: Exchange) -> list[str]:
        """Say where the JSON of an answer differs from what is described for its status.

        Required fields and types count; how a text is formatted does not.
        """
        try:
            self._operation(operation).validate_response(_response(exchange))
        except FailureGroup as group:
            found = [_said(each) for each in group.exceptions if isinstance(each, Failure)]
            return sorted(filter(None, found))[:SHOWN_PROBLEMS]
        except Failure as failure:
            return [_said(failure)] if _said(failure) else []
        return []

    def drafts(self, operation: Operation, *, valid: bool) -> SearchStrategy[Draft]:
        """Return what draws requests that follow the description, or ones that do not."""
        mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
        cases: SearchStrategy[Any] = self._operation(operation).as_strategy(generation_mode=mode)
        return _drafts(operation, cases)

    @cached_property
    def _schema(self) -> BaseSchema:
        loaded: BaseSchema = schemathesis.openapi.from_dict(dict(self.document))
        return loaded

    def _operation(self, operation: Operation) -> APIOperation:  # type: ignore[type-arg]
        found: APIOperation = self._schema[operation.template][operation.method]  # type: ignore[type-arg]
        return found

    def _resolved(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a reference within the document."""
        while "$ref" in item:
            target: Any = self.document
            for part in item["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            item = target
        return item


def _said(failure: Failure) -> str:
    """What differs, and where; empty where it is the format of a text that does."""
    if not isinstance(failure, JsonSchemaError):
        return failure.title
    if failure.schema_path and failure.schema_path[-1] == FORMAT:
        return ""
    place = "".join(
        f"[{each}]" if isinstance(each, int) else f".{each}" for each in failure.instance_path
    )
    return f"${place}: {failure.validation_message[:200]}"


def _response(exchange: Exchange) -> Response:
    headers: dict[str, list[str]] = {}
    for name, value in exchange.headers:
        headers.setdefault(name.lower(), []).append(value)
    request = requests.Request(exchange.method, exchange.url).prepare()
    return Response(exchange.status, headers, exchange.body, request, exchange.seconds, verify=True)


@st.composite
def _drafts(draw: st.DrawFn, operation: Operation, cases: SearchStrategy[Any]) -> Draft:
    case = draw(cases)
    given = case.path_parameters or {}
    parameters = tuple(str(given.get(name, "")) for name in operation.parameters)
    query = {name: _told(value) for name, value in (case.query or {}).items()}
    return Draft(parameters, query, None if isinstance(case.body, NotSet) else case.body)


def _told(value: object) -> object:
    """A value of a query as it can be spelled there."""
    return value if isinstance(value, str | int | float | list) else json.dumps(value, default=str)
