"""An observation, and what came of it: values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.deployment.environment import Deployment
    from conformance.observing.ground import Ground

__all__ = ["JsonObject", "Observation", "Observed"]

JsonObject = dict[str, Any]
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Observation:
    """Something to be watched for a while on a deployment of its own, once in a run.

    `run` is called in a thread of the process that owns the session, as soon as the deployment is
    ready; it waits by `Ground.wait` and `Ground.until` only, and returns JSON: facts, for tests to
    judge. Its member "shown", a small object, also stands in the report of the run.

    `settings` are put on top of what every deployment gets; None unsets a variable. `takes` is
    how many seconds it will about wait: what takes longer is judged later. `may_refuse`: not to
    start with these settings is an answer as well. `attached`: it can also be watched on a data
    plane that is not ours, if the user declared these settings for it. `fenced`: a data plane that
    is started for it may reach what is accounted for, and nothing else, by its forward proxy.
    """

    name: str
    area: str
    settings: Mapping[str, str | None]
    run: Callable[[Ground], JsonObject]
    takes: float = 0.0
    may_refuse: bool = False
    attached: bool = False
    fenced: bool = False

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is no name of an observation: small letters, digits, dots and "
                "hyphens are expected, such as telemetry-unset"
            )

    def fits(self, declared: Mapping[str, str]) -> bool:
        """Whether it can be made on a data plane that is attached to and has these settings."""
        return self.attached and all(
            declared.get(name) == value for name, value in self.settings.items()
        )


@dataclass(frozen=True, slots=True)
class Observed:
    """What came of an observation.

    `refused` holds the last lines of a data plane that did not start; `result` is empty then.
    `realm` is the part of the mock that was, or was to be, the control plane of a started one.
    `started` and `finished` are wall seconds; `waited` is how many of them it only waited.
    """

    name: str
    area: str
    result: JsonObject
    refused: str | None = None
    deployment: Deployment | None = None
    started: float = 0.0
    finished: float = 0.0
    waited: float = 0.0
    realm: str | None = None
