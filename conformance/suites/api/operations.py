"""One test for each operation of the description."""

from __future__ import annotations

import pytest

from conformance.description import Description

OPERATIONS = Description.load().operations

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
on_an_object = pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.parameters], ids=str
)
