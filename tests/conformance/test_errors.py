"""What goes wrong around a run ends with the exit code that a person or a script can act on."""

from __future__ import annotations

import pytest

from conformance import errors


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (errors.ConformanceError, 3),
        (errors.UsageProblem, 4),
        (errors.CannotLaunch, 2),
        (errors.NotReady, 2),
        (errors.DataPlaneDied, 2),
        (errors.Unreachable, 2),
        (errors.NotADataPlane, 2),
        (errors.KeyRefused, 2),
        (errors.NotConnected, 2),
        (errors.ControlPlaneProblem, 2),
    ],
)
def test_problem_has_its_exit_code(problem: type[errors.ConformanceError], code: int) -> None:
    """What the command line shows is 4, what needed the network or a process is 2."""
    assert problem.exit_code == code
    assert str(problem("what is wrong")) == "what is wrong"
