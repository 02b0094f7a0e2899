"""What can go wrong around a run, each with the exit code that it ends with.

Options: `UsageProblem`. Launching: `CannotLaunch`, then `NotReady`, `DataPlaneDied`. Connecting:
`Unreachable`, `NotADataPlane`, `KeyRefused`, `NotConnected`. Observing: `ObservationBroke`.
"""

from __future__ import annotations

from typing import ClassVar


class ConformanceError(Exception):
    """One sentence for a person: what is wrong, what was expected, what to do."""

    exit_code: ClassVar[int] = 3


class UsageProblem(ConformanceError):
    """The command line, or a file that it names, cannot be used as it stands."""

    exit_code: ClassVar[int] = 4


class EnvironmentProblem(ConformanceError):
    """Something that the run needs is not there; neither the suite nor a requirement failed."""

    exit_code: ClassVar[int] = 2


class CannotLaunch(EnvironmentProblem):
    """The command of `--dataplane-cmd` cannot be executed."""


class NotReady(EnvironmentProblem):
    """The data plane did not answer `GET /version` or `GET /` below 500 by its deadline."""


class DataPlaneDied(EnvironmentProblem):
    """The process of a started data plane ended before it was told to."""


class Unreachable(EnvironmentProblem):
    """Nothing answers under the data plane's URL."""


class NotADataPlane(EnvironmentProblem):
    """Something answers under the URL, but not as a data plane does."""


class KeyRefused(EnvironmentProblem):
    """The data plane refuses the API key of the run."""


class NotConnected(EnvironmentProblem):
    """A login through the data plane was not seen by the mock control plane."""


class ControlPlaneProblem(EnvironmentProblem):
    """The mock control plane cannot be started or reached."""


class ObservationBroke(ConformanceError):
    """An observation of the suite broke by itself, or a test wants one that nobody makes."""
