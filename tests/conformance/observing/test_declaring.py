"""What the suites declare is found, each observation once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.errors import ObservationBroke
from conformance.marks import needs_of, suite_modules
from conformance.observing.declaring import declared, distinct
from conformance.observing.results import matching
from tests.conformance.observing.fakes import NOWHERE, observation, options_of

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = ["CONTROL_PLANE_TELEMETRY=status"]


def test_no_two_have_the_same_name() -> None:
    """A name stands for one observation, or the suite is broken."""
    with pytest.raises(ObservationBroke, match="two observations are named 'one'"):
        distinct([observation(), observation(name="other"), observation()])


@pytest.mark.parametrize(
    "values",
    [{}, {"dataplane_quick": True}, {"dataplane_exhaustive": True}],
    ids=["default", "quick", "exhaustive"],
)
def test_every_test_finds_what_it_judges(tmp_path: Path, values: dict[str, object]) -> None:
    """Whatever the effort, what a test of the suite wants is declared for some kind of target."""
    attached = {"dataplane_url": NOWHERE, "control_plane_url": NOWHERE, **values}
    names = [
        one.name
        for target in (values, attached, {**attached, "dataplane_setting": DECLARED})
        for one in declared(options_of(tmp_path, **target))
    ]
    wanted = [name for need in needs_of(suite_modules()) for name in need.observations]
    assert [name for name in wanted if not matching(name, names)] == []


def test_declarations_fit_an_attached_data_plane(tmp_path: Path) -> None:
    """Also where nothing can be started the suites say what could be observed."""
    declared(options_of(tmp_path, dataplane_url=NOWHERE))
