"""What a report says about the run itself, as the plugin knows it when the run ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.deployment.environment import Deployment
    from conformance.observing.state import State


@dataclass(frozen=True, slots=True)
class Implementation:
    """The data plane, by what it says of itself."""

    name: str | None = None
    version: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """How the data plane is reached: `kind` is url, command, hook or embedded.

    `settings` are those that the user declared; `assumed` are the rows of the wire profile that
    nobody has confirmed yet and that a requirement in scope rests on.
    """

    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)
    wire_profile: str | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The run: its id, the command that started it, hypothesis' seed.

    `replay` holds the words of the command that reaches the same target again, as in
    `("pytest", "--dataplane-url", URL)`: no paths and no secrets.
    """

    id: str
    command: str
    seed: int | None = None
    replay: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a run was cut short: one sentence, and the exit code where the problem decides it."""

    sentence: str
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the report says and that no test says.

    `longest_wait` is the longest single wait, in seconds, that the run could not do without;
    `observations` is what was watched meanwhile, and what came of it.
    """

    run: RunFacts
    target: Target
    implementation: Implementation = Implementation()
    deployments: tuple[Deployment, ...] = ()
    longest_wait: float = 0.0
    observations: tuple[State, ...] = ()
    problem: Problem | None = None
