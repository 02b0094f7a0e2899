"""The description of the API: its operations by route template, read from an OpenAPI document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import yaml

from conformance import data
from conformance.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

METHODS = ("get", "post", "put", "patch", "delete")
LOGS = "/logs3"
SHAPE = re.compile(r"/v1/(?P<kind>\w+)(?P<object>/\{\w+\})?(?:/(?P<action>\w+))?")
OF_ALL = {"POST": "create", "PUT": "replace", "GET": "list"}
OF_ONE = {"GET": "read", "PATCH": "change", "DELETE": "delete"}
BY_QUERY = {("GET", "fetch"): "fetch_by_query"}
PARAMETER = re.compile(r"\{([^{}]+)\}")


class DescriptionProblem(UsageProblem):
    """A file is not an OpenAPI document that the suite can use."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a route template; kind and verb say what it does to what, where that is told."""

    method: str
    template: str
    kind: str | None = None
    verb: str | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path parameters, in order."""
        return tuple(PARAMETER.findall(self.template))

    @property
    def below_v1(self) -> bool:
        """Whether it belongs to the documented object API."""
        return self.template.startswith("/v1/")

    def path(self, *values: str) -> str:
        """Return the path with its parameters filled in, percent-encoded."""
        rest = iter(values)
        return PARAMETER.sub(lambda _: quote(next(rest), safe=""), self.template)

    def fits(self, path: str) -> bool:
        """Whether a path (without query) is one of this operation's: segment by segment."""
        came, wanted = path.split("/"), self.template.split("/")
        return len(came) == len(wanted) and all(
            segment == literal or (literal.startswith("{") and segment != "")
            for segment, literal in zip(came, wanted, strict=True)
        )

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass(frozen=True)
class Description:
    """Every operation that the suite knows of, and the document that describes them."""

    operations: tuple[Operation, ...]
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    @cache
    def load(cls, path: Path | None = None) -> Self:
        """Read an OpenAPI document, the suite's own where no path is given."""
        source = path or data.find("openapi", "data_plane.yaml")
        try:
            document = yaml.load(source.read_bytes(), Loader=yaml.CSafeLoader)
        except (OSError, yaml.YAMLError) as error:
            raise DescriptionProblem(f"{source} cannot be read as YAML or JSON: {error}") from error
        return cls.of(document, str(source))

    @classmethod
    def of(cls, document: object, source: str = "the document") -> Self:
        """Take the operations from a parsed OpenAPI document."""
        whole: Mapping[str, Any] = document if isinstance(document, dict) else {}
        paths = whole.get("paths")
        if not isinstance(paths, dict) or not paths:
            raise DescriptionProblem(
                f"{source} has no paths; an OpenAPI document of a data plane is expected"
            )
        return cls(
            tuple(
                _operation(method, template)
                for template, item in paths.items()
                for method in METHODS
                if method in item
            ),
            whole,
        )

    def match(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; literal segments win over parameters."""
        fitting = [
            operation
            for operation in self._by_method.get(method.upper(), ())
            if operation.fits(path.partition("?")[0])
        ]
        return min(fitting, key=lambda operation: len(operation.parameters), default=None)

    def operation(self, kind: str, verb: str) -> Operation:
        """Return the operation that does something to a kind of object."""
        for operation in self.operations:
            if (operation.kind, operation.verb) == (kind, verb):
                return operation
        raise DescriptionProblem(f"the description has no operation to {verb} a {kind}")

    @cached_property
    def _by_method(self) -> dict[str, list[Operation]]:
        table: dict[str, list[Operation]] = {}
        for operation in self.operations:
            table.setdefault(operation.method, []).append(operation)
        return table


def _operation(method: str, template: str) -> Operation:
    """What a method does to which kind of object, as far as the shape of the template tells it."""
    method = method.upper()
    if template == LOGS:
        return Operation(method, template, "rows", "batch")
    shape = SHAPE.fullmatch(template)
    if shape is None:
        return Operation(method, template)
    kind, action = shape["kind"], shape["action"]
    if action is not None:
        return Operation(method, template, kind, BY_QUERY.get((method, action), action))
    verbs = OF_ALL if shape["object"] is None else OF_ONE
    return Operation(method, template, kind, verbs.get(method))
