"""Profiles are what pprof reads."""

from __future__ import annotations

import gzip
from typing import Any

from conformance.reference.telemetry.pprof import Allocation, encode
from mock_control_plane.pprof import Profile, find_profile

ALLOCATIONS = [
    Allocation([("a.py", 300), ("b.py", 1)], 2, 70_000),
    Allocation([("b.py", 1)], 1, 5),
]


def test_profile_can_be_read() -> None:
    """Types, samples, places and files come back as they were."""
    data = gzip.decompress(encode(ALLOCATIONS, at=1_700_000_000_000_000_000))
    assert find_profile(data) is not None
    profile: Any = Profile.FromString(data)
    strings = list(profile.string_table)
    assert [strings[each.type] for each in profile.sample_type] == ["inuse_objects", "inuse_space"]
    assert [list(each.value) for each in profile.sample] == [[2, 70_000], [1, 5]]
    files = {each.id: strings[each.filename] for each in profile.function}
    places = {
        each.id: (files[each.line[0].function_id], each.line[0].line) for each in profile.location
    }
    stacks = [[places[id] for id in each.location_id] for each in profile.sample]
    assert stacks == [list(each.stack) for each in ALLOCATIONS]
    assert profile.time_nanos == 1_700_000_000_000_000_000


def test_empty_profile_is_one_too() -> None:
    """Where nothing is in use, the profile says so."""
    assert find_profile(gzip.decompress(encode([], at=1))) is not None
