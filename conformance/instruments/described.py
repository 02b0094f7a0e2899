"""Answers against an OpenAPI description: which statuses, types and fields it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json"
SHOWN_PROBLEMS = 3


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
class Described:
    """An OpenAPI document, asked about one answer at a time."""

    document: Mapping[str, Any]

    def promise(self, method: str, template: str, status: int) -> Promise | None:
        """Return what is described for a status: itself, its class (4XX), or the default."""
        responses = self.document["paths"][template][method.lower()].get("responses", {})
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in responses:
                found = self.resolved(responses[name])
                return Promise(name, found.get("content") or {})
        return None

    def problems(self, promise: Promise, value: object) -> list[str]:
        """Say where a JSON value differs from what is promised; nothing where it does not."""
        schema = promise.content.get(JSON, {}).get("schema")
        if schema is None:
            return []
        whole = {"components": self.document.get("components", {}), "allOf": [schema]}
        found = jsonschema.Draft202012Validator(whole).iter_errors(value)
        ordered = sorted(found, key=lambda error: [str(part) for part in error.absolute_path])
        return [f"{error.json_path}: {error.message[:200]}" for error in ordered[:SHOWN_PROBLEMS]]

    def resolved(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a reference within the document."""
        while "$ref" in item:
            target: Any = self.document
            for part in item["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            item = target
        return item
