"""`run` is a thin door to pytest, with a configuration of its own."""

from __future__ import annotations

from importlib import metadata

import pytest

from conformance import cli


@pytest.fixture(name="asked")
def _asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pytest is asked to do, in place of doing it; of one test, because it is patched."""
    asked: list[list[str]] = []

    def main(words: list[str]) -> pytest.ExitCode:
        asked.append(words)
        return pytest.ExitCode.OK

    monkeypatch.setattr(pytest, "main", main)
    return asked


def test_run_hands_everything_to_pytest(asked: list[list[str]]) -> None:
    """Options of ours and of pytest's reach pytest as they were written."""
    words = ["-n", "2", "-k", "a or b", "--dataplane-url=http://h", "--tb=short", "mine"]
    assert cli.main(["run", *words]) == 0
    assert asked[0][-len(words) :] == words
    assert "--dataplane-embedded" not in asked[0]


def test_run_judges_the_embedded_data_plane_by_default(asked: list[list[str]]) -> None:
    """Without a target the embedded data plane is judged."""
    cli.main(["run", "-v"])
    assert asked[0][-2:] == ["--dataplane-embedded", "-v"]


def test_run_keeps_the_users_configuration_out(asked: list[list[str]]) -> None:
    """The suite is run with our own configuration, from whatever folder."""
    cli.main(["run"])
    assert any(word.startswith("--config-file=") and word.endswith("run.ini") for word in asked[0])
    assert any(word.startswith("--confcutdir=") for word in asked[0])


def test_bare_checkout_names_its_plugin(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody installed the distribution, pytest is told where the plugin is."""
    monkeypatch.setattr(metadata, "entry_points", lambda **_: ())
    cli.main(["run"])
    assert "-pconformance.plugin" in asked[0]
