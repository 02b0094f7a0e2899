"""Silence proves something only where a control was seen, and only if it lasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments.silence import Control, Stretch, covers, doubt

SECONDS = st.floats(0, 1e4)


@given(took=SECONDS, grace=SECONDS, more=SECONDS)
def test_long_silence_with_a_control_is_proof(took: float, grace: float, more: float) -> None:
    """Connected at both ends and watched for as long as it takes elsewhere, silence is proof."""
    control = Control(took, grace)
    assert doubt(Stretch(control.needed + more, connected=True), control) is None


@given(took=st.floats(1, 1e4), grace=SECONDS, part=st.floats(0, 0.9))
def test_short_silence_is_none(took: float, grace: float, part: float) -> None:
    """A stretch that is shorter than the control's says how long it was, and proves nothing."""
    control = Control(took, grace)
    assert "it was watched for" in str(doubt(Stretch(control.needed * part, True), control))


@pytest.mark.parametrize(
    ("stretch", "control", "sentence"),
    [
        (Stretch(9e9, connected=False), Control(1.0), "were not seen at both ends"),
        (Stretch(9e9, connected=True), None, "was not seen where it is on"),
    ],
)
def test_silence_without_a_control_is_none(
    stretch: Stretch, control: Control | None, sentence: str
) -> None:
    """However long it was silent: without a call that was seen, nobody knows why."""
    assert sentence in str(doubt(stretch, control))


def test_a_stretch_covers_what_has_a_control() -> None:
    """What has no control cannot be waited for; of the others the slowest counts."""
    controls = {"metrics": Control(1.0), "logs": Control(2.0, 1.0)}
    assert covers(3.0, ["metrics", "logs", "traces"], controls)
    assert not covers(2.9, ["metrics", "logs"], controls)
    assert covers(0.0, ["traces"], controls)
