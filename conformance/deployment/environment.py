"""What a run works with: the deployments that are up and their control plane, as values.

They travel to pytest-xdist's workers as JSON.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT", "ControlPlaneAddress", "Deployment", "Environment", "Failed"]

DEFAULT = "default"
"""The name of the deployment that every run has."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One data plane in one configuration.

    `asked` is the part of its `settings` that a test asked for; `realm` names the part of the mock
    that is its control plane; `output` is the file with what its process printed.
    """

    name: str
    url: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    asked: Mapping[str, str] = field(default_factory=dict, repr=False)
    realm: str | None = None
    output: Path | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The deployment of which `asdict` made this row, also if it went through JSON."""
        output = row["output"]
        return cls(**{**row, "output": Path(str(output)) if output else None})


@dataclass(frozen=True, slots=True)
class Failed:
    """A configuration that a test asked for, and why there is no deployment that has it."""

    asked: Mapping[str, str] = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class ControlPlaneAddress:
    """Where the mock control plane is inspected."""

    url: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that is up; `run` is the id that all that the run creates carries.

    `failed` is what did not come up; the default deployment is never among it.
    """

    run: str
    deployments: tuple[Deployment, ...]
    control_plane: ControlPlaneAddress | None = None
    version: str | None = None
    failed: tuple[Failed, ...] = ()

    @property
    def default(self) -> Deployment:
        """The deployment that a test works with unless it asks for another one."""
        return self.deployments[0]

    def to_json(self) -> str:
        """This environment as text that `from_json` reads."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Environment:
        """The environment that `to_json` wrote."""
        document = json.loads(text)
        address = document["control_plane"]
        return cls(
            run=document["run"],
            deployments=tuple(Deployment.of(row) for row in document["deployments"]),
            control_plane=ControlPlaneAddress(**address) if address else None,
            version=document["version"],
            failed=tuple(Failed(**row) for row in document["failed"]),
        )
