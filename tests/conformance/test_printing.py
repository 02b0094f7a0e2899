"""The smallest example of a failure keeps its values, whoever is installed beside us."""

from __future__ import annotations

import hypothesis.core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from conformance.report.printing import PRINTER, shown_in_full


class Silent(RepresentationPrinter):
    """A printer that leaves every value out, as the one of schemathesis does."""

    def pretty(self, obj: object, *, cycle: bool = False) -> None:
        """Print nothing."""


@settings(database=None, derandomize=True)
@given(st.integers(0, 1000))
def flawed(number: int) -> None:
    """A property that fails."""
    if number > 500:
        raise ValueError(number)


def notes() -> str:
    """What hypothesis says about the failure."""
    with pytest.raises(ValueError, match="501") as caught:
        flawed()
    return "\n".join(caught.value.__notes__)


def test_values_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within it the value of the example is there, and afterwards all is as it was."""
    monkeypatch.setattr(hypothesis.core, PRINTER, Silent)
    assert "number=501" not in notes()
    with shown_in_full():
        assert "number=501" in notes()
    assert getattr(hypothesis.core, PRINTER) is Silent
