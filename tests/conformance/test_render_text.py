"""The console shows everything that a failure needs, at any width, and nothing that steers it."""

from __future__ import annotations

import re

import pytest

from conformance.expect import Violation
from conformance.report import render_text
from conformance.report.evidence import examine
from tests.conformance.material import (
    BROKEN,
    EXCHANGE,
    FACTS,
    FAILED,
    INCONCLUSIVE,
    WITHOUT_TWO,
    all_passing,
    report_of,
)

MIXED = {"ONE-01": FAILED, "ONE-02": BROKEN, "TWO-01": INCONCLUSIVE}
COPIED = ("    curl ", "    pytest ")
WIDTHS = (60, 100)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("known", [{}, {"ONE-01": "since May " * 20, "ONE-02": "since June"}])
def test_fits_the_width(width: int, known: dict[str, str]) -> None:
    """No line is longer than the console is wide, but commands: they stay whole to be copied."""
    long = Violation(expected="one " * 60, came="x" * 500, exchanges=[EXCHANGE])
    for ran in ({**MIXED, "ONE-01": examine(long, "call")}, all_passing(), {}):
        text = render_text.render(report_of(ran, known=known, problem="broken " * 30), width=width)
        lines = [line for line in text.splitlines() if not line.startswith(COPIED)]
        assert max(len(line) for line in lines) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_failure_is_shown_with_its_evidence(width: int) -> None:
    """Sentence, level, source, both sides, request, answer, output, seed: the replay comes last."""
    text = render_text.render(report_of({**all_passing(), "ONE-01": FAILED}), width=width)
    order = [
        "FAILED ONE-01 MUST",
        "The first thing is done",
        "Guide: first section (documented)",
        "claim     The user is named, not the key.",
        "expected  the id of the user",
        "came      the id of the key",
        "curl -sS -i -X POST http://127.0.0.1:4000/v1/project",
        "200 after",
        "x-bt-audit-user-id: k-1",
        "it started",
        "seed      7",
        "pytest -q --hypothesis-seed=7 --pyargs conformance.suites.one-01::test_it",
        "not conformant: 1 of 2 MUSTs failed, 1 passed",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_table_counts_by_area() -> None:
    """A table says how each area did, and how all did."""
    lines = render_text.render(report_of(MIXED)).splitlines()
    (head,) = (n for n, line in enumerate(lines) if line.startswith("area"))
    assert [line.split() for line in lines[head : head + 4]] == [
        ["area", "verdict", "passed", "failed", "inconclusive", "skipped", "error"],
        ["one", "not", "conformant", "-", "1", "-", "-", "1"],
        ["two", "incomplete", "-", "-", "1", "-", "-"],
        ["all", "-", "1", "1", "-", "1"],
    ]


def test_error_is_not_blamed_on_the_data_plane() -> None:
    """What the suite broke says so, with the end of its traceback."""
    text = render_text.render(report_of(MIXED))
    assert "ERROR ONE-02 SHOULD" in text
    assert "The suite broke, this is not the data plane's fault: ZeroDivisionError" in text
    assert "traceback:" in text


def test_error_without_evidence_has_a_reason() -> None:
    """A requirement that was never executed says so."""
    text = render_text.render(report_of({}))
    assert "No test was executed although the requirement was in scope" in text


def test_what_was_not_judged_says_why() -> None:
    """What was inconclusive comes with its reason, what was out of scope with its option."""
    text = render_text.render(report_of(MIXED))
    assert "TWO-01    MUST, inconclusive. nothing was heard" in text
    text = render_text.render(report_of(all_passing(), scope=WITHOUT_TWO))
    assert "--control-plane-listen HOST:PORT" in text
    assert "1 requirement (1 MUST): TWO-01. Pass a place to listen." in text


def test_known_and_stale_are_told() -> None:
    """Known failures are marked, stale entries are told."""
    known = {"ONE-01": "since May", "ONE-02": "since June"}
    text = render_text.render(report_of({**all_passing(), "ONE-01": FAILED}, known=known))
    assert "FAILED ONE-01 MUST (a known failure)" in text
    assert "known     since May" in text
    assert "stale     ONE-02 passes although it is a known failure" in text


def test_only_some_evidence_is_shown() -> None:
    """Of very many failures of one requirement the first are shown, the others are counted."""
    many = ExceptionGroup("many", [Violation(expected="a", came=f"{n}") for n in range(10)])
    text = render_text.render(report_of({"ONE-01": examine(many, "call")}))
    assert text.count("expected  a") == render_text.SHOWN_EVIDENCE
    assert "and       7 more of ONE-01 in report.json" in text


def test_colour_adds_only_colour() -> None:
    """Without its escape sequences the coloured text is the plain one."""
    report = report_of(MIXED)
    coloured = render_text.render(report, colour=True)
    assert "\033[31" in coloured or "\033[1" in coloured
    assert re.sub(r"\033\[[0-9;]*m", "", coloured) == render_text.render(report)


def test_nothing_steers_the_console() -> None:
    """Control characters, half surrogates and bidirectional marks are shown as escapes."""
    violation = Violation(expected="\x1b[2J", came="\u202e\ud800\x07", exchanges=[EXCHANGE])
    report = report_of({"ONE-01": examine(violation, "call")}, problem="\x1b]0;x\x07")
    text = render_text.render(report)
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert r"\x1b[2J" in text
    assert r"\u202e\ud800\x07" in text
    text.encode("utf-8")


def test_report_without_anything_renders() -> None:
    """A run that never began renders too, and names its problem."""
    report = report_of({}, problem="nothing answers")
    report["deployments"] = []
    assert "problem   nothing answers" in render_text.render(report)
    assert FACTS.implementation.url is not None
