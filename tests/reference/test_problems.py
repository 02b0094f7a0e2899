"""Why a request is not served."""

from __future__ import annotations

import pytest

from conformance.reference import problems


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (problems.BadRequest, 400),
        (problems.Unauthenticated, 401),
        (problems.Forbidden, 403),
        (problems.NoSuchRoute, 404),
        (problems.WrongMethod, 405),
        (problems.Broken, 500),
        (problems.ControlPlaneAway, 502),
    ],
)
def test_problem_has_its_status(kind: type[problems.Problem], status: int) -> None:
    """Each problem stands for one status and carries its sentence."""
    problem = kind("why", headers=(("retry-after", "3"),))
    assert (problem.status, problem.message, problem.headers) == (
        status,
        "why",
        (("retry-after", "3"),),
    )


def test_missing_object_is_named() -> None:
    """The sentence is the control plane's for an object that the caller cannot read."""
    problem = problems.Missing("dataset", "5")
    assert problem.message == "Missing read access to dataset id 5, or the dataset does not exist"


def test_relayed_refusal_keeps_the_status() -> None:
    """What the control plane refuses is passed on with its own status."""
    assert problems.Relayed(429, "slow down").status == 429


def test_limited_caller_is_told_when_to_come_again() -> None:
    """429 with the seconds in Retry-After."""
    limited = problems.Limited("enough", 3)
    assert (limited.status, limited.headers) == (429, (("retry-after", "3"),))
