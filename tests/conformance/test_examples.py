"""How many examples a run tries is its effort, and every run has a seed that replays it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import settings

from conformance.examples import EXAMPLES, PROFILE, set_up_examples
from conformance.options.raw import Raw
from conformance.options.reading import read
from conformance.options.values import Effort
from conformance.requirements import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(name="_profile", autouse=True)
def _keep_profile() -> Iterator[None]:
    """Keep the profile of a run from being that of the tests that follow."""
    before = settings.get_current_profile_name()
    yield
    settings.load_profile(before)


def set_up(folder: Path, *switches: str, **chosen: str) -> str:
    """Set hypothesis up for a run with these switches; return its seed."""
    values: dict[str, object] = dict.fromkeys(("dataplane_embedded", *switches), True)
    options = read(Raw({**values, "dataplane_report_dir": str(folder)}, {}), load())
    config = SimpleNamespace(option=SimpleNamespace(**chosen))
    seed = set_up_examples(cast("pytest.Config", config), options)
    assert seed == str(config.option.hypothesis_seed)
    return seed


@pytest.mark.parametrize(
    ("switches", "effort"),
    [
        ((), Effort.DEFAULT),
        (("dataplane_quick",), Effort.QUICK),
        (("dataplane_exhaustive",), Effort.EXHAUSTIVE),
    ],
)
def test_effort_is_a_number_of_examples(
    tmp_path: Path, switches: tuple[str, ...], effort: Effort
) -> None:
    """More effort is more examples, none of them with a deadline."""
    set_up(tmp_path, *switches)
    assert settings.get_current_profile_name() == PROFILE
    assert settings.default is not None
    assert settings.default.max_examples == EXAMPLES[effort]
    assert settings.default.deadline is None


def test_chosen_profile_wins(tmp_path: Path) -> None:
    """A profile that the user chose stays."""
    settings.load_profile("default")
    set_up(tmp_path, hypothesis_profile="default")
    assert settings.get_current_profile_name() == "default"


def test_seed_is_chosen_once(tmp_path: Path) -> None:
    """A run has a seed; a given one stays."""
    assert set_up(tmp_path).isdecimal()
    assert set_up(tmp_path, hypothesis_seed="7") == "7"
