"""What a telemetry setting names is read as kindly as anybody could read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments.telemetry_setting import BY_DEFAULT, named, value_of
from mock_control_plane.wire import TELEMETRY

SETS = st.frozensets(st.sampled_from(TELEMETRY))


@given(kinds=SETS)
def test_a_plain_value_names_its_kinds(kinds: frozenset[str]) -> None:
    """What is written for a set of kinds names that set."""
    assert named(value_of(kinds)) == kinds


@given(kinds=SETS, data=st.data())
def test_spelling_does_not_matter(kinds: frozenset[str], data: st.DataObject) -> None:
    """Case, blanks, order, duplicates and stray commas name the same kinds."""
    words = data.draw(st.permutations([*kinds, *kinds]))
    separators = st.sampled_from([",", " , ", ",,", "\t,\n"])
    text = "".join(
        data.draw(st.sampled_from([word, word.upper(), word.title()])) + data.draw(separators)
        for word in words
    )
    assert named(text) == kinds


@pytest.mark.parametrize("value", ["", "  ", ",", "metricsx", "no_logs", "all", "*"])
def test_what_names_no_kind_names_none(value: str) -> None:
    """A word that merely contains the name of a kind, or promises all of them, names none."""
    assert named(value) == frozenset()


def test_a_setting_left_alone_names_the_default() -> None:
    """Without the setting, status, metrics and usage are on."""
    assert named(None) == BY_DEFAULT
