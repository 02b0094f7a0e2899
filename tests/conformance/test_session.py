"""With a data plane the suite is collected, selected, skipped and judged as the options say."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.conformance.judging import TESTS, URL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.judging import Judging


def test_unknown_requirement_in_a_test_is_a_collection_error(judging: Judging) -> None:
    """A mistyped id in a suite is found when it is imported, with the nearest id."""
    result = judging(URL, tests="@requirement('AUD-O4')\ndef test_it(): pass")
    result.stdout.fnmatch_lines(["*UnknownRequirement*did you mean 'AUD-04'*"])
    assert result.ret == 2


def test_out_of_scope_is_skipped_with_its_unlock(judging: Judging) -> None:
    """What the options do not provide for is skipped, with the option that would."""
    result = judging(URL, "-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*--control-plane-listen HOST:PORT*"])
    rows = {row["id"]: row for row in judging.report["requirements"]}
    assert rows["AUD-06"]["outcome"] == "skipped"


@pytest.mark.parametrize(
    ("arguments", "passed", "code"),
    [
        (["--dataplane-requirement=AUD-04"], 1, 0),
        (["--dataplane-level=should", "--dataplane-requirement=AUD-03"], 1, 0),
        (["--dataplane-requirement=AUD-05"], 0, 5),
    ],
)
def test_selection_deselects(
    judging: Judging, arguments: list[str], passed: int, code: int
) -> None:
    """Only what is chosen is run; where nothing is left, the exit code says so."""
    result = judging(URL, *arguments)
    result.assert_outcomes(passed=passed, deselected=3 - passed)
    assert result.ret == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("pass", 0),
        ("expect.that(False, expected='this', came='that')", 1),
        ("expect.inconclusive('nothing came')", 6),
        ("raise RuntimeError('a bug of the suite')", 3),
    ],
)
def test_exit_code_follows_the_verdict(judging: Judging, body: str, code: int) -> None:
    """What became of a MUST decides how the run ends."""
    tests = f"@requirement('AUD-04')\ndef test_it():\n    {body}"
    assert judging(URL, "--dataplane-requirement=AUD-04", tests=tests).ret == code


def test_failure_of_a_users_own_test_keeps_its_code(judging: Judging) -> None:
    """A project that runs its tests beside ours is told of its own failures as ever."""
    tests = "def test_mine(): assert False\n@requirement('AUD-04')\ndef test_it(): pass"
    assert judging(URL, "--dataplane-requirement=AUD-04", tests=tests).ret == 1


def test_workers_are_told_what_is_up(judging: Judging) -> None:
    """Under pytest-xdist the owner of the session hands what is up to its workers."""
    tests = """
    @requirement("AUD-04")
    def test_it(environment, options):
        assert environment.run == "run-1"
        assert options.api_key == "sk-planted-key"
    """
    result = judging(URL, "-n", "1", tests=textwrap.dedent(tests))
    result.assert_outcomes(passed=1)


def test_suite_is_collected_from_any_folder(judging: Judging) -> None:
    """With a data plane and no path the suite is collected, whatever the project's habits."""
    judging.pytester.makeini(
        "[pytest]\ntestpaths = mine\npython_files = check_*.py\npython_functions = check\n"
    )
    judging.pytester.makepyfile("def test_mine(): pass")
    result = judging.pytest(URL, "--collect-only", "-q")
    result.stdout.fnmatch_lines(["*test_attribution.py*"])
    result.stdout.no_fnmatch_line("*test_mine*")
    assert not (judging.pytester.path / "conformance-report").exists()


def test_paths_of_the_user_win(judging: Judging) -> None:
    """With paths, pytest runs what they say."""
    result = judging(URL, "--collect-only", "-q")
    result.stdout.fnmatch_lines(["*::test_a_must"])
    result.stdout.no_fnmatch_line("*test_attribution.py*")


def test_no_artefact_holds_the_key(judging: Judging) -> None:
    """The user's key is in nothing that the run writes or prints."""
    result = judging(URL, "--dataplane-header=X-Gate: planted-gate", tests=TESTS)
    written = "".join(path.read_text() for path in files(judging.pytester.path))
    for secret in ("sk-planted-key", "planted-gate"):
        assert secret not in written + result.stdout.str() + result.stderr.str()


def files(folder: Path) -> list[Path]:
    """Every file of a report."""
    return [path for path in (folder / "conformance-report").rglob("*") if path.is_file()]
