"""The catalogue is read strictly, and offers the nearest name for a mistyped one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conformance.requirements import (
    BrokenCatalogue,
    Requirement,
    UnknownArea,
    UnknownRequirement,
    load,
    parse,
)
from tests.conformance.material import CATALOGUE, CATALOGUE_TEXT


def test_shipped_catalogue_loads() -> None:
    """The catalogue of this release can be read, area by area."""
    catalogue = load()
    assert "AUD-04" in catalogue
    assert [row.id for area in catalogue.areas for row in catalogue.in_area(area)] == [*catalogue]


def test_row_becomes_a_requirement() -> None:
    """Every field of a row is there, lists as tuples."""
    assert CATALOGUE["TWO-01"] == Requirement(
        id="TWO-01",
        area="two",
        level="MUST",
        basis="standard",
        source="RFC 0000: second section",
        title="The second thing is done",
        needs=("control-plane",),
        wire=("status",),
    )
    assert CATALOGUE.version == "2000.1"
    assert CATALOGUE["TWO-02"].withdrawn == "the vendor gave it up"


def test_order_is_that_of_the_file() -> None:
    """Requirements and areas come in the order in which they were written."""
    assert [*CATALOGUE] == ["ONE-01", "ONE-02", "TWO-01", "TWO-02"]
    assert CATALOGUE.areas == ("one", "two")
    assert len(CATALOGUE) == 4


@pytest.mark.parametrize(
    ("written", "meant"), [("one-01", "ONE-01"), ("ONE-1", "ONE-01"), ("TW0-01", "TWO-01")]
)
def test_nearest_id_is_offered(written: str, meant: str) -> None:
    """An id that is not there is answered with the one that is written most like it."""
    assert CATALOGUE.nearest(written) == meant
    with pytest.raises(UnknownRequirement, match=f"did you mean '{meant}'"):
        CATALOGUE.require(written)


def test_nothing_is_offered_for_something_else() -> None:
    """What is like no id gets no suggestion, only where to look."""
    assert CATALOGUE.nearest("qqqqqqqq") is None
    with pytest.raises(UnknownRequirement, match="'qqqqqqqq' is not in the catalogue; `data"):
        CATALOGUE.require("qqqqqqqq")


def test_known_names_are_found() -> None:
    """A known id and a known area give their rows."""
    assert CATALOGUE.require("ONE-02").id == "ONE-02"
    assert [row.id for row in CATALOGUE.in_area("one")] == ["ONE-01", "ONE-02"]


def test_nearest_area_is_offered() -> None:
    """A mistyped area is answered with the nearest one, and with all that there are."""
    assert CATALOGUE.nearest_area("twoo") == "two"
    with pytest.raises(UnknownArea, match=r"\(did you mean 'two'\?\); the areas are one, two"):
        CATALOGUE.in_area("twoo")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("catalogue =", "catalog =", "needs `catalogue"),
        ('"2000.1"', "2000.1.", "is not TOML"),
        ('id = "ONE-02"', 'id = "ONE-01"', "ONE-01 stands in the catalogue twice"),
        ('id = "ONE-01"', 'id = "one-1"', "'one-1' is not an id"),
        ('level = "MUST"', 'level = "MAY"', "MAY and documented are not a level and a basis"),
        ('basis = "standard"', 'basis = "derived"', "TWO-01: what is derived .* never a MUST"),
        ('area = "two"\n', "", "TWO-01: area missing"),
        ('area = "two"\n', 'area = "two"\nowner = "me"\n', "knows no field owner"),
        ('needs = ["api-key"]', 'needs = ["money"]', "ONE-01: nobody can provide the need money"),
        ('needs = ["api-key"]', "needs = [1]", r"needs = \[1\] is not what the catalogue holds"),
        ('title = "The second thing is done"', 'title = ""', "title = '' is not what"),
    ],
)
def test_broken_catalogue_is_refused(old: str, new: str, complaint: str) -> None:
    """A mistake in the catalogue is told by the row and the field that it is in."""
    assert old in CATALOGUE_TEXT
    with pytest.raises(BrokenCatalogue, match=complaint):
        parse(CATALOGUE_TEXT.replace(old, new, 1))


def test_catalogue_is_light() -> None:
    """Reading it needs neither pytest nor hypothesis nor a client for HTTP."""
    program = (
        "import sys; from conformance.requirements import load; load();"
        "print([name for name in ('pytest', 'httpx', 'hypothesis') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "[]\n", ran.stderr
