"""What is observed of outbound limits follows from who configured the data plane, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suites.rate_limits.observations import observations
from tests.conformance.observing.fakes import options_of

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.observing import Observation

REQUESTS = "OUTBOUND_RATE_LIMIT_MAX_REQUESTS"
MINUTES = "OUTBOUND_RATE_LIMIT_WINDOW_MINUTES"


def by_name(folder: Path, **values: object) -> dict[str, Observation]:
    """What would be observed with these options, by its name without the area."""
    found = observations(options_of(folder, **values))
    return {one.name.removeprefix("rate-limits."): one for one in found}


def attached(folder: Path, *declared: str) -> dict[str, Observation]:
    """What would be observed of a data plane that is attached to and has these settings."""
    values = {"dataplane_url": "http://127.0.0.1:9", "dataplane_setting": list(declared)}
    return by_name(folder, **values)


def test_each_budget_has_a_deployment_of_its_own(tmp_path: Path) -> None:
    """A data plane that is started is observed with neither variable, with 0, 1, 2 and 7."""
    found = by_name(tmp_path)
    budgets = {name: one.settings[REQUESTS] for name, one in found.items()}
    assert budgets == {
        "spent-default": None,
        "spent-of-1": "1",
        "spent-of-2": "2",
        "spent-of-7": "7",
        "windows": "3",
        "off": "0",
    }
    assert found["spent-default"].settings[MINUTES] is None


@pytest.mark.parametrize(
    ("values", "minutes"),
    [
        ({"dataplane_wire_profile": "reference"}, "0.05"),
        ({"dataplane_wire_profile": "reference", "dataplane_exhaustive": True}, "1"),
        ({"dataplane_wire_profile": "braintrust"}, "1"),
    ],
)
def test_short_windows_are_as_short_as_can_be_set(
    tmp_path: Path, values: dict[str, object], minutes: str
) -> None:
    """Where only whole minutes can be set, and where all is to be tried, minutes are waited."""
    windows = by_name(tmp_path, **values)["windows"]
    assert windows.settings[MINUTES] == minutes
    assert windows.takes == pytest.approx(float(minutes) * 60 * 3.2)


def test_declared_budget_is_observed_as_it_is(tmp_path: Path) -> None:
    """What the user declares is what is observed, on the one data plane that there is."""
    found = attached(tmp_path, f"{REQUESTS}=7", f"{MINUTES}=2")
    assert set(found) == {"spent-of-declared", "windows"}
    assert all(one.fits({REQUESTS: "7", MINUTES: "2", "OTHER": "x"}) for one in found.values())
    assert not any(one.fits({REQUESTS: "8", MINUTES: "2"}) for one in found.values())
    assert found["windows"].takes == pytest.approx(120 * 3.2)


@pytest.mark.parametrize(
    ("declared", "names"),
    [
        ((f"{REQUESTS}=0",), {"off"}),
        ((f"{REQUESTS}=",), {"spent-default"}),
        (("CONTROL_PLANE_TELEMETRY=status",), {"spent-unknown"}),
        ((), {"spent-unknown"}),
        ((f"{REQUESTS}=many",), set()),
        ((f"{REQUESTS}=7", f"{MINUTES}=soon"), set()),
        ((f"{REQUESTS}=7", f"{MINUTES}=0"), set()),
        ((f"{REQUESTS}=7", f"{MINUTES}=nan"), set()),
        ((f"{REQUESTS}=-1",), set()),
        ((f"{REQUESTS}=1000000",), set()),
    ],
)
def test_declaration_decides_what_can_be_observed(
    tmp_path: Path, declared: tuple[str, ...], names: set[str]
) -> None:
    """No limit, the default, none told, and what cannot be spent: each has its own observations."""
    found = attached(tmp_path, *declared)
    assert set(found) == names
    settings = dict(one.split("=") for one in declared)
    assert all(one.fits(settings) for one in found.values())
