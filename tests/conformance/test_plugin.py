"""The plugin as its users meet it: silent without a data plane, and a whole run with one."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import httpcore
import pytest

import conformance.session
from conformance import held
from conformance.deployment.environment import Deployment, Environment
from conformance.requirements import load

if TYPE_CHECKING:
    from pathlib import Path

# pytester forgets what a run in this process imports; what is imported twice is two things.
IMPORTED_ONCE = (httpcore, conformance.session)

URL = "--dataplane-url=http://127.0.0.1:9"
UP = Environment("run-1", (Deployment("default", "http://127.0.0.1:9"),))
HEAD = """
    import pytest
    from conformance import expect
    from conformance.marks import requirement
"""
TESTS = """
    @requirement("AUD-04")
    def test_a_must():
        "A MUST."

    @requirement("AUD-03")
    def test_a_should():
        "A SHOULD."

    @requirement("AUD-06")
    def test_what_needs_the_mock():
        "A MUST that needs more."
"""


class Up:
    """A pytest plugin with which nothing needs to be brought up."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Let the run find its environment."""
        config.stash[held.ENVIRONMENT] = UP


class Judging:
    """pytest runs that judge a data plane, in a folder of their own, in this process."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester

    def __call__(self, *arguments: str, tests: str = TESTS, up: bool = True) -> pytest.RunResult:
        """Judge with these tests in place of the suite."""
        path = self.pytester.makepyfile(textwrap.dedent(HEAD) + textwrap.dedent(tests))
        return self.pytest(*arguments, str(path), up=up)

    def pytest(self, *arguments: str, up: bool = True) -> pytest.RunResult:
        """Judge with what these arguments say."""
        # hypothesis' own plugin would fix the seed of the tests around this run, too.
        quiet = ("-p", "no:hypothesispytest", "-p", "no:randomly")
        plugins = [Up()] if up else []
        return self.pytester.runpytest_inprocess(*quiet, *arguments, plugins=plugins)

    @property
    def report(self) -> dict[str, object]:
        """The report that the run wrote."""
        path = self.pytester.path / "conformance-report" / "report.json"
        document: dict[str, object] = json.loads(path.read_text())
        return document


@pytest.fixture(name="judging")
def _judging(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Judging:
    """Judging, with the key of a user; of one test only, because pytester's folder is."""
    monkeypatch.setenv("BRAINTRUST_API_KEY", "sk-planted-key")
    return Judging(pytester)


def test_bare_pytest_is_left_alone(pytester: pytest.Pytester) -> None:
    """Without a data plane a project's tests run as ever, and see no fixture of ours."""
    pytester.makeini("[pytest]\naddopts = --strict-markers -W error")
    pytester.makepyfile(
        "def test_it(request):\n    assert 'callers' not in request._arg2fixturedefs"
    )
    pytester.makepyfile(
        test_fixtures="import pytest\n"
        "@pytest.fixture\ndef callers():\n    return 1\n"
        "def test_callers(callers, pytestconfig):\n"
        "    import sys\n"
        "    assert callers == 1\n"
        "    assert 'conformance.session' not in sys.modules\n"
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(passed=2)
    assert not (pytester.path / "conformance-report").exists()
    result.stdout.no_fnmatch_line("*catalogue*")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--dataplane-area=audits"], "ERROR: 'audits' is not an area*did you mean 'audit'*"),
        (
            ["--dataplane-requirement=AUD-40"],
            "ERROR: 'AUD-40' is not in the catalogue*did you mean*",
        ),
        (["--dataplane-embedded"], "ERROR: *name two data planes*"),
        (["--dataplane-settings=none.env"], "ERROR: *none.env: there is no such file*"),
        (["--dataplane-report-dir=file/report"], "ERROR: *cannot be written to*"),
    ],
)
def test_mistake_ends_with_one_line(judging: Judging, arguments: list[str], sentence: str) -> None:
    """A mistake on the command line is one sentence, exit code 4, and nothing is run."""
    (judging.pytester.path / "file").touch()
    result = judging(URL, *arguments)
    assert result.ret == 4
    result.stderr.fnmatch_lines([sentence])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_unknown_requirement_in_a_test_is_a_collection_error(judging: Judging) -> None:
    """A mistyped id in a suite is found when it is imported, with the nearest id."""
    result = judging(URL, tests="@requirement('AUD-O4')\ndef test_it(): pass")
    result.stdout.fnmatch_lines(["*UnknownRequirement*did you mean 'AUD-04'*"])
    assert result.ret == 2


def test_whole_scope_is_shown_first(judging: Judging) -> None:
    """Before a test runs it is said what is judged, and what would widen it."""
    result = judging(URL)
    result.stdout.fnmatch_lines(
        [
            "dataplane-conformance *, catalogue *",
            "  target *http://127.0.0.1:9",
            "  profile *braintrust (* rows are assumed)",
            "  scope * of * MUSTs, * of * SHOULDs",
            "*AUD-06*",
            "*test session starts*",
        ]
    )


def test_out_of_scope_is_skipped_with_its_unlock(judging: Judging) -> None:
    """What the options do not provide for is skipped, with the option that would."""
    result = judging(URL, "-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*--control-plane-listen HOST:PORT*"])
    rows = {row["id"]: row for row in judging.report["requirements"]}  # type: ignore[attr-defined]
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


def test_live_things_are_offered(judging: Judging) -> None:
    """The deployment, its environment and the options can be asked for by name."""
    tests = """
    @requirement("AUD-04")
    def test_it(deployment, deployments, environment, options, profile, realm, specimens, callers):
        assert deployment.url == options.target.address
        assert list(deployments) == [deployment]
        assert environment.run == "run-1"
        assert profile.name == "braintrust"
        assert realm is None
        with pytest.raises(expect.Inconclusive, match="configured with A=1"):
            deployments[{"A": "1"}]
    """
    judging(URL, tests=textwrap.dedent(tests)).assert_outcomes(passed=1)


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


def test_unreachable_data_plane_ends_the_run(judging: Judging) -> None:
    """Where nothing listens the run ends at once, without a traceback, with a report."""
    result = judging(URL, up=False)
    assert result.ret == 2
    result.stderr.fnmatch_lines(["Stopped: nothing answers under http://127.0.0.1:9*"])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()
    assert judging.report["verdict"] == "incomplete"


def test_missing_mock_ends_the_run(judging: Judging) -> None:
    """A mock that is said to run and does not is told as such."""
    result = judging(URL, "--control-plane-url=http://127.0.0.1:9", up=False)
    assert result.ret == 2
    result.stderr.fnmatch_lines(["Stopped: --control-plane-url: *does not answer*"])


def test_no_artefact_holds_the_key(judging: Judging) -> None:
    """The user's key is in nothing that the run writes or prints."""
    result = judging(URL, "--dataplane-header=X-Gate: planted-gate", tests=TESTS)
    written = "".join(path.read_text() for path in files(judging.pytester.path))
    for secret in ("sk-planted-key", "planted-gate"):
        assert secret not in written + result.stdout.str() + result.stderr.str()


def files(folder: Path) -> list[Path]:
    """Every file of a report."""
    return [path for path in (folder / "conformance-report").rglob("*") if path.is_file()]


def test_catalogue_is_judged_by_the_suite() -> None:
    """The suite has a test for every requirement of the catalogue, and for no other."""
    from conformance.marks import needs_of, suite_modules

    judged = {need.requirement for need in needs_of(suite_modules())}
    assert judged == {row.id for row in load().values() if row.withdrawn is None}
