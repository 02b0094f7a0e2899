"""Whole runs that observe: alone and with workers, cut short, bereaved, attached, and narrowed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import urllib.request
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from conformance.report import document

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.document import Document
    from tests.running import RunningReference

LONG = 90.0
REFERENCE = f"{sys.executable} -m conformance.reference"
FAKES = """
    import os, pathlib, signal
    import pytest
    from conformance import held
    from conformance.observing import Observation

    HERE = pathlib.Path(__file__).parent

    def sees_the_plain_test(ground):
        ground.callers.new().post("/api/apikey/login")
        seen = ground.until((HERE / "plain").exists, deadline=60, why="the plain test")
        heard = ground.realm.count()
        ground.stop()
        return {"seen": seen, "heard": heard, "shown": {"count": heard}}

    def never_ends(ground):
        (HERE / "url").write_text(ground.deployment.url)
        with open(HERE / "ready", "w") as ready:
            ready.write("here")
        ground.wait(600, "what never comes")

    def is_killed(ground):
        pid = ground.deployment.output.read_text().split()[0]
        os.kill(int(pid), signal.SIGKILL)
        ground.wait(600, "nothing")

    def looks(ground):
        return {"status": ground.callers.anonymous().get("/version").status}

    OBSERVATIONS = [
        Observation("overlaps-1", "audit", {"A": "1"}, sees_the_plain_test, takes=1),
        Observation("overlaps-2", "audit", {"A": "2"}, sees_the_plain_test, takes=1),
        Observation("endless", "audit", {}, never_ends, takes=600),
        Observation("dies", "audit", {}, is_killed),
        Observation("refuses", "audit", {"REFUSE": "yes"}, looks, may_refuse=True),
        Observation("attached", "audit", {"KIND": "status"}, looks, attached=True),
    ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(config):
        config.stash[held.OBSERVATIONS] = OBSERVATIONS
"""
HEAD = """
    import pathlib
    from conformance import expect
    from conformance.marks import observes, requirement

    @requirement("AUD-03")
    def test_plain():
        (pathlib.Path(__file__).parent / "plain").touch()

    @requirement("AUD-04")
"""


class Folder:
    """A folder in which pytest is run with a few tests, and with fakes to be observed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "fakes.py").write_text(textwrap.dedent(FAKES))

    def start(self, test: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a run with one test that waits, and one that does not."""
        (self.path / "test_it.py").write_text(textwrap.dedent(HEAD) + textwrap.dedent(test))
        quiet = ("-pno:randomly", "-pno:cacheprovider", "-pfakes")
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", *quiet, "test_it.py", *arguments],
            cwd=self.path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(self.path), *sys.path])},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, test: str, *arguments: str) -> str:
        """Run it to its end, and return what it printed and its exit code."""
        run = self.start(test, *arguments)
        output, _ = run.communicate(timeout=LONG)
        return f"{output}\nexit code {run.returncode}"

    @property
    def report(self) -> Document:
        """The report that the run wrote, which follows its schema."""
        text = (self.path / "conformance-report" / "report.json").read_text()
        report: Document = json.loads(text)
        jsonschema.validate(report, document.schema())
        return report

    def deployments(self) -> set[str]:
        """The deployments of the run, but for those that tests of the suite ask for by a mark."""
        names = {str(one["name"]) for one in self.report["deployments"]}
        return {name for name in names if not name.startswith("with-")}

    def requirement(self, id: str = "AUD-04") -> dict[str, Any]:
        """What became of a requirement."""
        (row,) = (row for row in self.report["requirements"] if row["id"] == id)
        return dict(row)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Folder:
    """A folder of one test, because its run writes into it."""
    return Folder(tmp_path)


OVERLAPS = """
    @observes("overlaps-")
    def test_overlap(observed):
        found = observed.matching("overlaps-")
        expect.equal(len(found), 2, what="the number of results")
        for one in found:
            expect.that(one.result["seen"] and one.result["heard"], expected="a", came=str(one))
"""


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["alone", "xdist"])
def test_results_reach_the_tests(folder: Folder, workers: tuple[str, ...]) -> None:
    """Observations go on while other tests run, and are judged last, in whatever process."""
    output = folder.run(OVERLAPS, "--dataplane-embedded", *workers)
    assert "exit code 0" in output, output
    assert "2 passed" in output
    timing, report = folder.report["timing"], folder.report
    assert timing["longest_wait"] > 0
    found = {one["name"]: one for one in report["observations"]}
    assert {name: one["outcome"] for name, one in found.items()} == {
        "overlaps-1": "observed",
        "overlaps-2": "observed",
    }
    assert found["overlaps-1"]["shown"]["count"] > 0
    assert folder.deployments() == {"default", *found}


ENDLESS = """
    @observes("endless")
    def test_endless(observed):
        observed["endless"]
"""


@pytest.mark.parametrize(
    ("workers", "number"),
    [((), signal.SIGINT), ((), signal.SIGTERM), (("-n1",), signal.SIGTERM)],
    ids=["ctrl-c", "term", "term-xdist"],
)
def test_interrupted_run_leaves_nothing(
    folder: Folder, workers: tuple[str, ...], number: signal.Signals
) -> None:
    """After Ctrl-C and SIGTERM nobody waits on, and the observed data plane is gone."""
    os.mkfifo(folder.path / "ready")
    run = folder.start(ENDLESS, "--dataplane-embedded", *workers)
    assert (folder.path / "ready").read_text() == "here"
    run.send_signal(number)
    output, _ = run.communicate(timeout=LONG)
    assert run.returncode == 2, output
    assert folder.report["verdict"] == "incomplete"
    (one,) = folder.report["observations"]
    assert (one["outcome"], one["reason"]) == (
        "environment",
        "the run was ended before the observation was",
    )
    assert_nobody_answers((folder.path / "url").read_text())


DIES = """
    @observes("dies")
    def test_death(observed):
        observed["dies"]
"""


def test_death_under_observation_is_told(folder: Folder) -> None:
    """A data plane that dies is an error of the environment, with its last lines, for its tests."""
    output = folder.run(DIES, f"--dataplane-cmd=sh -c 'echo $$; exec {REFERENCE}'")
    assert "exit code 2" in output, output
    row = folder.requirement()
    assert (row["outcome"], row["reason"]["code"]) == ("error", "environment")
    sentence = row["reason"]["sentence"]
    assert "the data plane died while it was observed: it was killed by SIGKILL" in sentence
    assert folder.requirement("AUD-03")["outcome"] == "passed"


REFUSES = """
    @observes("refuses")
    def test_refusal(observed):
        one = observed["refuses"]
        expect.that("no such kind" in one.refused, expected="its words", came=str(one.refused))
"""


def test_refusal_is_judged_by_its_tests(folder: Folder) -> None:
    """What a data plane says when it does not start reaches the test that asks for it."""
    script = f'test -z "$REFUSE" || {{ echo no such kind; exit 3; }}; exec {REFERENCE}'
    output = folder.run(REFUSES, f"--dataplane-cmd=sh -c '{script}'")
    assert "exit code 0" in output, output
    (one,) = folder.report["observations"]
    assert one["outcome"] == "refused"
    assert "no such kind" in one["reason"]


ATTACHED = """
    @observes("attached")
    def test_attached(observed):
        expect.equal(observed["attached"].result, {"status": 200}, what="the result")
"""


@pytest.mark.parametrize(
    ("declared", "outcome"), [(["--dataplane-setting=KIND=status"], "passed"), ([], "skipped")]
)
def test_attached_data_plane_is_observed_as_declared(
    folder: Folder,
    running_data_plane: RunningReference,
    monkeypatch: pytest.MonkeyPatch,
    declared: list[str],
    outcome: str,
) -> None:
    """Where the user declared the configuration it is judged, else it is said what would help."""
    monkeypatch.setenv("BRAINTRUST_API_KEY", running_data_plane.new_key())
    output = folder.run(ATTACHED, f"--dataplane-url={running_data_plane.url}", *declared)
    row = folder.requirement()
    assert row["outcome"] == outcome, output
    if outcome == "skipped":
        assert row["reason"]["code"] == "out-of-reach"
        unlocks = folder.report["scope"]["unlocks"]
        assert ["AUD-04"] in [
            one["requirements"] for one in unlocks if one["unlock"] == "--dataplane-cmd CMD"
        ]


@pytest.mark.parametrize(
    "arguments", [["-kplain"], ["--dataplane-requirement=AUD-03", "-n1"]], ids=["k", "xdist"]
)
def test_what_no_test_judges_is_not_observed(folder: Folder, arguments: list[str]) -> None:
    """Only what the selected tests want is observed, and only for it something is started."""
    output = folder.run(OVERLAPS, "--dataplane-embedded", *arguments)
    assert "1 passed" in output
    assert folder.report["observations"] == []
    assert folder.deployments() == {"default"}


def assert_nobody_answers(url: str) -> None:
    """See that a data plane is gone."""
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=LONG)
