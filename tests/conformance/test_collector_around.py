"""The collector beside others: workers, JUnit files, and the secrets that must not reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from conformance.report.redaction import MASK
from tests.conformance.collecting import ALL_PASS

if TYPE_CHECKING:
    from tests.conformance.collecting import Run

MIXED = """
    @ONE
    @pytest.mark.parametrize("n", range(6))
    def test_one(n):
        if n == 3:
            raise Violation(expected="the user", came="the key", exchanges=EXCHANGE)

    @ONE_WELL
    def test_one_well(): 1 / 0

    @TWO
    def test_two(): raise Inconclusive("nothing came", row="status")
"""


def test_workers_give_the_same_report(run: Run) -> None:
    """Under pytest-xdist the report is the same, but for times."""

    def found() -> list[tuple[object, ...]]:
        return [
            (one["id"], one["outcome"], one["reason"], len(one["tests"]), len(one["evidence"]))
            for one in run.report["requirements"]
        ]

    alone = (run(MIXED).ret, found())
    assert (run(MIXED, "-n", "2").ret, found()) == alone
    assert alone[0] == 1
    assert run.outcome("ONE-01")["evidence"][0]["exchanges"][0]["status"] == 200


def test_dead_worker_is_an_error(run: Run) -> None:
    """A test whose worker died is an error of the suite, and the run goes on."""
    ran = run(f"{ALL_PASS}\n    @ONE\n    def test_zzz(): os._exit(9)\n", "-n", "2")
    assert ran.ret == 3
    assert run.outcome("ONE-01")["outcome"] == "error"
    assert run.outcome("TWO-01")["outcome"] == "passed"


NEVER_SEEN = ("planted-secret", "learnt-secret", "sk-abc", "bt-st-abc", "cGxhbnRlZC1zZWNyZXQ")
SECRETS = """
    @ONE
    def test_one():
        print("out planted-secret")
        raise Violation(expected="planted-secret", came="sk-abcdefgh12 cGxhbnRlZC1zZWNyZXQ=")

    @ONE_WELL
    def test_one_well():
        raise RuntimeError("planted-secret, learnt-secret and bt-st-abcdefgh34")

    @TWO
    def test_two():
        raise Inconclusive("authorization: Bearer planted-secret")
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_no_secret_reaches_anything(run: Run, workers: tuple[str, ...]) -> None:
    """Planted secrets reach neither report nor console nor JUnit file, in any spelling."""
    ran = run(SECRETS, "--junitxml=junit.xml", "-rA", *workers)
    written = [(run.path / name).read_text() for name in ("out/report.json", "junit.xml")]
    for text in (*written, str(ran.stdout), str(ran.stderr)):
        for secret in (
            "planted-secret",
            "learnt-secret",
            "sk-abc",
            "bt-st-abc",
            "cGxhbnRlZC1zZWNyZXQ",
        ):
            assert secret not in text
    assert MASK in run.outcome("ONE-01")["evidence"][0]["came"]


def test_junit_is_whole(run: Run) -> None:
    """pytest's own JUnit file can be read, and counts as pytest does."""
    run(MIXED, "--junitxml=junit.xml")
    (suite,) = ElementTree.parse(run.path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("8", "2", "1")
    (failure,) = suite.findall("./testcase[@name='test_one[3]']/failure")
    assert "expected: the user" in str(failure.text)
