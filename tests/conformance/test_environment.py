"""What is up travels between processes, and shows no secret."""

from __future__ import annotations

from pathlib import Path

from conformance.deployment.environment import ControlPlaneAddress, Deployment, Environment, Failed

FAILED = Failed({"A": "1"}, "it died")
DEPLOYMENT = Deployment(
    "default", "http://h:1", {"TOKEN": "hush"}, {"A": "1"}, "realm", Path("/tmp/default.log")
)


def test_environment_survives_json() -> None:
    """A worker gets the very environment that the owner of the session has."""
    address = ControlPlaneAddress("http://m", "hush")
    whole = Environment("run-1", (DEPLOYMENT,), address, "7.7", (FAILED,))
    assert Environment.from_json(whole.to_json()) == whole


def test_attached_environment_survives_json() -> None:
    """An environment without a mock and without output survives, too."""
    bare = Environment("run-1", (Deployment("default", "http://h:1"),))
    assert Environment.from_json(bare.to_json()) == bare
    assert bare.default.url == "http://h:1"


def test_environment_shows_no_secret() -> None:
    """Neither settings nor tokens are in what a log or a traceback shows."""
    whole = Environment("run-1", (DEPLOYMENT,), ControlPlaneAddress("http://m", "hush"))
    assert "hush" not in repr(whole)
