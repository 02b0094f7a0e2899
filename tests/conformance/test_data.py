"""The suite finds its data."""

from __future__ import annotations

import pytest

from conformance import data
from conformance.errors import ConformanceError


def test_data_is_found() -> None:
    """The description of the API is where the package looks for it."""
    assert data.find("openapi", "data_plane.yaml").is_file()


def test_missing_data_is_an_incomplete_installation() -> None:
    """Data that is not there is told as what it is."""
    with pytest.raises(ConformanceError, match=r"openapi/none\.yaml is missing; .*incomplete"):
        data.find("openapi", "none.yaml")
