"""Known failures are read strictly: a mistake in the file never hides a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance import baseline
from conformance.baseline import ExpectedFailure
from conformance.errors import UsageProblem
from tests.conformance.material import CATALOGUE

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
[[expected_failure]]
id = "ONE-01"
reason = "the key is named, not its user"
issue = "https://issues.example/1"

[[expected_failure]]
id = "TWO-01"
reason = "not built yet"
"""


def test_entries_are_read(tmp_path: Path) -> None:
    """Each entry has an id and a reason, and may say where it is followed up."""
    path = tmp_path / "known.toml"
    path.write_text(GOOD)
    assert baseline.load(path, CATALOGUE) == (
        ExpectedFailure("ONE-01", "the key is named, not its user", "https://issues.example/1"),
        ExpectedFailure("TWO-01", "not built yet"),
    )


def test_empty_file_knows_nothing() -> None:
    """A file without entries is right: nothing is known to fail any more."""
    assert baseline.parse("", CATALOGUE, name="known.toml") == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[expected_failure]", "known.toml is not TOML"),
        ('[expected_failure]\nid = "ONE-01"', "expected_failure is one table; write"),
        ("expected_failure = [1]", "entry 1: 1 is not a table"),
        ("[[expected_failures]]", r"nothing reads 'expected_failures' \(did you mean 'expected_f"),
        ('[[expected_failure]]\nreason = "why"', "entry 1: id is missing"),
        ('[[expected_failure]]\nid = "ONE-01"', "entry 1: reason is missing"),
        ('[[expected_failure]]\nid = "ONE-01"\nreason = " "', "reason = ' '; write some text"),
        ('[[expected_failure]]\nid = 1\nreason = "why"', "id = 1; write some text"),
        (
            '[[expected_failure]]\nid = "ONE-01"\nreasons = "why"',
            r"nothing reads 'reasons' \(did you mean 'reason'\?\)",
        ),
        (
            '[[expected_failure]]\nid = "ONE-1"\nreason = "why"',
            r"'ONE-1' is not in the catalogue \(did you mean 'ONE-01'\?\)",
        ),
        (GOOD + GOOD, "ONE-01 stands there twice"),
    ],
)
def test_mistake_is_told(text: str, complaint: str) -> None:
    """A mistake is told by the entry that it is in and what to write instead."""
    with pytest.raises(UsageProblem, match=complaint):
        baseline.parse(text, CATALOGUE, name="known.toml")


def test_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is told by its name."""
    with pytest.raises(UsageProblem, match=r"known\.toml: No such file"):
        baseline.load(tmp_path / "known.toml", CATALOGUE)


def test_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """A file of something else is told by its name."""
    path = tmp_path / "known.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageProblem, match=r"known\.toml is not UTF-8"):
        baseline.load(path, CATALOGUE)
