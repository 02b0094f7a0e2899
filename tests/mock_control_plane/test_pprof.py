"""Heap profiles are known by the shape of pprof, wherever they come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_control_plane.pprof import document, find_profile, samples
from tests.mock_control_plane.telemetry_bodies import log, profile, request_of


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**62), max_size=5))
def test_profile_is_found(values: list[int]) -> None:
    """A profile is known with however many samples."""
    found = find_profile(profile(*values).SerializeToString())
    assert found is not None
    assert samples(found) == len(values)


def test_document_is_the_profile() -> None:
    """A reader gets its strings and samples."""
    found = find_profile(profile(7).SerializeToString())
    assert found is not None
    assert document(found)["stringTable"] == ["", "inuse_space", "bytes"]
    assert document(found)["sample"] == [{"value": ["7"], "locationId": ["1"]}]


@pytest.mark.parametrize(
    "changes",
    [
        {"string_table": []},
        {"string_table": ["x", "inuse_space", "bytes"]},
        {"string_table": ["", "inuse_space"]},
        {"sample_type": []},
        {"sample_type": [{"type": -1, "unit": 2}]},
        {"sample": [{"value": [1, 2]}]},
    ],
)
def test_other_shape_is_no_profile(changes: dict[str, Any]) -> None:
    """Without its types, its strings or a value for each type it is none."""
    made: Any = profile(1)
    for name, values in changes.items():
        made.ClearField(name)
        getattr(made, name).extend(
            [type(made)(**{name: [value]}).__getattribute__(name)[0] for value in values]
        )
    assert find_profile(made.SerializeToString()) is None


@settings(deadline=None)
@given(st.binary())
def test_noise_is_no_profile(data: bytes) -> None:
    """Bytes at random are none, nor is a request of OTLP."""
    assert find_profile(data) is None
    assert find_profile(request_of("logs", log()).SerializeToString()) is None
