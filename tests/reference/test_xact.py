"""Versions as clients write them."""

from __future__ import annotations

import pytest
from braintrust.xact_ids import prettify_xact
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.problems import BadRequest
from conformance.reference.store import XACT_PREFIX
from conformance.reference.xact import parse_version


@given(st.integers(0, 2**48 - 1))
def test_pretty_version_is_the_sdks(below: int) -> None:
    """The 16 digits that the SDK shows stand for the transaction that it shortened."""
    xact_id = XACT_PREFIX | below
    assert parse_version(prettify_xact(xact_id)) == xact_id
    assert parse_version(str(xact_id)) == xact_id


@pytest.mark.parametrize("value", [None, ""])
def test_no_version_is_the_present(value: object) -> None:
    """Absent and empty mean now."""
    assert parse_version(value) is None


@pytest.mark.parametrize("value", ["abc", "-1", "9" * 19, "9" * 40, [], 1.5, "0" * 15 + "g"])
def test_what_is_no_version_is_refused(value: object) -> None:
    """Anything else is the client's mistake."""
    with pytest.raises(BadRequest, match="transaction id"):
        parse_version(value)
