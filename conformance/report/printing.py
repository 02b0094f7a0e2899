"""Sees to it that hypothesis shows the values of an example, whoever is installed beside us."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import hypothesis.core
from hypothesis.vendor.pretty import RepresentationPrinter

if TYPE_CHECKING:
    from collections.abc import Iterator

PRINTER = "RepresentationPrinter"


@contextmanager
def shown_in_full() -> Iterator[None]:
    """Let hypothesis print with its own printer meanwhile.

    Schemathesis, where it is installed, puts one in its place that leaves every value out, in
    every pytest run: `test(name=)` instead of the smallest example that shows a violation.
    """
    replaced = getattr(hypothesis.core, PRINTER, RepresentationPrinter)
    setattr(hypothesis.core, PRINTER, RepresentationPrinter)
    try:
        yield
    finally:
        setattr(hypothesis.core, PRINTER, replaced)
