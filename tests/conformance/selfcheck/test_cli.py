"""The command `selfcheck`, on a bench that tells made-up outcomes instead of running anything."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance import cli as command_line
from conformance.requirements import load
from conformance.selfcheck import cli
from conformance.selfcheck.bench import NoResult
from conformance.selfcheck.subject import Kind, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.selfcheck.matrix import Outcomes

PASSING = dict.fromkeys(load(), "passed")
NOTHING = dict.fromkeys(load(), "failed")


class TruthfulBench:
    """Every defect fails what it breaks, everything else passes, nulls fail all."""

    def run(self, subject: Subject) -> Outcomes:
        """What a perfect suite would find."""
        outcomes = NOTHING if subject.kind is Kind.NULL else PASSING
        return {**outcomes, **dict.fromkeys(subject.breaks, "failed")}


class BlindBench:
    """A suite that finds nothing: everything passes everywhere."""

    def run(self, subject: Subject) -> Outcomes:
        """What a suite finds that never fails."""
        del subject
        return PASSING


class BrokenBench:
    """No run ever comes to an end."""

    def run(self, subject: Subject) -> Outcomes:
        """Fail to get a result."""
        raise NoResult(f"{subject.name} was not done after 1 s")


@pytest.fixture(name="selfcheck")
def _selfcheck(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the command on a bench of one's choice."""

    def run(bench: object, *arguments: str) -> int:
        @contextmanager
        def set_up(keep: Path | None) -> Iterator[object]:
            del keep
            yield bench

        monkeypatch.setattr(cli, "set_up", set_up)
        return command_line.main(["selfcheck", "--jobs", "1", *arguments])

    return run


def test_perfect_matrix_ends_with_0(
    selfcheck: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """When every run is as it must be the exit code is 0, and the matrix says so."""
    matrix = tmp_path / "matrix.json"
    assert selfcheck(TruthfulBench(), "--json", str(matrix)) == 0
    document = json.loads(matrix.read_text("utf-8"))
    assert document["perfect"] is True
    printed = capsys.readouterr().out
    assert f"{len(document['runs'])} of {len(document['runs'])} as they must be" in printed


def test_suite_that_finds_nothing_is_noticed(
    selfcheck: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """A suite that passes everything misses each defect and passes on nothing: exit code 1."""
    assert selfcheck(BlindBench(), "--defect", "audits-only-reads", "--null", "echo") == 1
    printed = capsys.readouterr().out
    assert "WRONG defect audits-only-reads" in printed
    assert "MISSED AUD-01" in printed
    assert re.search("PASSES ON NOTHING .*AUD-01", printed)


def test_run_without_a_result_is_noticed(
    selfcheck: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that gives no result is shown with its reason, and ends the command with 1."""
    assert selfcheck(BrokenBench(), "--defect", "audits-only-reads") == 1
    assert "NO RESULT: audits-only-reads was not done after 1 s" in capsys.readouterr().out


def test_unknown_defect_ends_with_4(
    selfcheck: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped name is a usage error that offers the nearest one."""
    assert selfcheck(TruthfulBench(), "--defect", "audit-only-reads") == 4
    assert "did you mean 'audits-only-reads'?" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_wrong_number_of_jobs_ends_with_4(
    selfcheck: Callable[..., int], capsys: pytest.CaptureFixture[str], jobs: str
) -> None:
    """The number of jobs is a number from 1."""
    assert selfcheck(TruthfulBench(), f"--jobs={jobs}") == 4
    assert "--jobs" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--json", "--keep"])
def test_place_that_cannot_be_written_ends_with_4(
    selfcheck: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    option: str,
) -> None:
    """What cannot be written in the end is refused at the beginning."""
    occupied = tmp_path / "occupied"
    occupied.touch()
    assert selfcheck(TruthfulBench(), option, str(occupied / "below")) == 4
    assert f"{option} {occupied}" in capsys.readouterr().err
