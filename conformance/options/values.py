"""The values that a command line becomes. Nothing here reads anything; `reading` makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.baseline import ExpectedFailure
    from conformance.reach import Reach
    from mock_control_plane.wire import Profile

__all__ = ["ControlPlaneChoice", "Effort", "EgressChoice", "Kind", "Options", "Selection", "Target"]


class Kind(StrEnum):
    """How the data plane comes to be there."""

    EMBEDDED = "embedded"
    COMMAND = "command"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Target:
    """The data plane that is judged; `address` is its URL or its command, empty if embedded."""

    kind: Kind
    address: str = ""

    @property
    def started(self) -> bool:
        """Whether the run starts the data plane itself, and so chooses its settings."""
        return self.kind is not Kind.URL


@dataclass(frozen=True, slots=True)
class ControlPlaneChoice:
    """Which mock control plane is used: one that runs under `url`, or one that is started.

    `listen` is the host and port of one that an attached data plane must be able to reach, under
    `public_url` where that differs. With an `upstream` it relays to a real control plane.
    """

    url: str | None = None
    token: str | None = field(default=None, repr=False)
    listen: tuple[str, int] | None = None
    public_url: str | None = None
    upstream: str | None = None

    @property
    def relays(self) -> bool:
        """Whether users, keys and policies are those of another control plane behind it."""
        return self.upstream is not None


@dataclass(frozen=True, slots=True)
class EgressChoice:
    """What accounts for where a data plane connects, and who else saw it.

    `own` are the hosts of the deployment's own infrastructure, as patterns; `log` is a list of
    destinations in JSON Lines, which a proxy or firewall of the user's goes on writing.
    """

    own: tuple[str, ...] = ()
    log: Path | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is judged; an empty tuple or None means everything."""

    areas: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    level: str | None = None


class Effort(StrEnum):
    """How much is tried before a requirement counts as passed."""

    QUICK = "quick"
    DEFAULT = "default"
    EXHAUSTIVE = "exhaustive"


@dataclass(frozen=True, slots=True)
class Options:
    """The whole command line, validated.

    The address of `reach` is empty where the data plane is started: only the run knows it then.
    `profile_source` is where the wire profile was read from: a shipped name, or a file.
    `observe_for` is the least time, in seconds, that silence is observed; `replicas` is how many
    processes share the work behind the data plane's URL. `sdks` are folders with a Python SDK, by
    its version. `openapi` is a description of the API other than our own. `seed` is what everything
    that is drawn is drawn from.
    """

    target: Target
    report_dir: Path
    reach: Reach
    profile: Profile
    profile_source: str
    control_plane: ControlPlaneChoice = ControlPlaneChoice()
    selection: Selection = Selection()
    effort: Effort = Effort.DEFAULT
    api_key: str | None = field(default=None, repr=False)
    second_api_key: str | None = field(default=None, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready_timeout: float = 60.0
    max_deployments: int = 8
    observe_for: float = 0.0
    replicas: int = 1
    openapi: Path | None = None
    egress: EgressChoice = EgressChoice()
    sdks: Mapping[str, Path] = field(default_factory=dict)
    seed: str = ""
    allow_destructive: bool = False
    require_complete: bool = False
    expected_failures: tuple[ExpectedFailure, ...] = ()

    @property
    def mocked(self) -> bool:
        """Whether the data plane's control plane is the mock."""
        choice = self.control_plane
        return self.target.started or choice.url is not None or choice.listen is not None

    @property
    def destructive(self) -> bool:
        """Whether the data plane may be told to delete aged data that the run created."""
        return self.target.started or self.allow_destructive
