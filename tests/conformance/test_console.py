"""The first lines of a run say what is judged and whether all is connected."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from conformance.console import Console
from conformance.deployment.environment import ControlPlaneAddress, Deployment, Environment
from conformance.options.raw import Raw
from conformance.options.reading import read
from conformance.requirements import load
from conformance.scope import scope_of

if TYPE_CHECKING:
    from conformance.options.values import Options

CATALOGUE = load()


def options(**values: object) -> Options:
    """A command line, with a key in the environment."""
    return read(Raw(values, {"BRAINTRUST_API_KEY": "sk-planted"}), CATALOGUE)


class Screen:
    """A terminal with 60 columns, and what a console writes to it."""

    def __init__(self, config: pytest.Config) -> None:
        self.stream = io.StringIO()
        self.console = Console(pytest.TerminalReporter(config, self.stream))

    @property
    def text(self) -> str:
        """Everything that was written."""
        return self.stream.getvalue()


@pytest.fixture(name="screen")
def _screen(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A screen; of one test, because its text is."""
    monkeypatch.setenv("COLUMNS", "60")
    return Screen(pytester.parseconfigure())


def test_opening_says_what_is_judged(screen: Screen) -> None:
    """Target, profile, scope, what would widen it, and the seed are there, in 60 columns."""
    chosen = options(dataplane_url="https://api.staging.example.com")
    screen.console.opening(chosen, CATALOGUE, scope_of(chosen, CATALOGUE), "7")
    shown = screen.text
    lines = shown.splitlines()
    assert lines[0].startswith("dataplane-conformance ")
    assert lines[1].split() == ["target", "https://api.staging.example.com"]
    assert all(len(line) <= 60 for line in lines)
    assert "--control-plane-listen" in shown
    assert "--hypothesis-seed=7" in shown
    assert "sk-planted" not in shown


@pytest.mark.parametrize(
    ("values", "target"),
    [
        ({"dataplane_embedded": True}, "the embedded reference data plane"),
        ({"dataplane_cmd": "serve it"}, "what is started by: serve it"),
    ],
)
def test_opening_names_the_target(
    screen: Screen,
    values: dict[str, object],
    target: str,
) -> None:
    """How the data plane comes to be there is said."""
    chosen = options(**values)
    screen.console.opening(chosen, CATALOGUE, scope_of(chosen, CATALOGUE), "7")
    assert target in screen.text


@pytest.mark.parametrize(
    ("values", "address", "expected"),
    [
        (
            {"dataplane_embedded": True},
            ControlPlaneAddress("http://mock", "planted-token"),
            ["http://mock, which saw a login", "accepts the key"],
        ),
        ({"dataplane_url": "http://h"}, None, ["accepts the key"]),
    ],
)
def test_connection_is_said(
    screen: Screen,
    values: dict[str, object],
    address: ControlPlaneAddress | None,
    expected: list[str],
) -> None:
    """What was found to be connected is said, and no token."""
    environment = Environment("run-1", (Deployment("default", "http://h:1"),), address, "7.7")
    screen.console.connected(options(**values), environment, 1.25)
    shown = screen.text
    assert "http://h:1, version 7.7" in shown
    assert all(part in " ".join(shown.split()) for part in expected)
    assert "planted-token" not in shown


def test_missing_key_is_said(screen: Screen) -> None:
    """A run without a key and without the mock says so."""
    bare = read(Raw({"dataplane_url": "http://h"}, {}), CATALOGUE)
    screen.console.connected(bare, Environment("run-1", (Deployment("default", "http://h"),)), 0.1)
    assert "no key was given" in screen.text


def test_quiet_run_says_nothing(pytester: pytest.Pytester) -> None:
    """With -q the first lines are left out."""
    chosen = options(dataplane_embedded=True)
    screen = Screen(pytester.parseconfigure("-q"))
    screen.console.opening(chosen, CATALOGUE, scope_of(chosen, CATALOGUE), "7")
    assert screen.text == ""


def test_session_without_a_terminal_has_a_silent_console(pytester: pytest.Pytester) -> None:
    """Where pytest has no terminal, nothing is written."""
    chosen = options(dataplane_embedded=True)
    console = Console.of(pytester.parseconfigure("-p", "no:terminal"))
    console.opening(chosen, CATALOGUE, scope_of(chosen, CATALOGUE), "7")
