"""The summary of a CI job holds the same, and nothing in it breaks the Markdown."""

from __future__ import annotations

from conformance.expect import Violation
from conformance.report import render_markdown
from conformance.report.evidence import examine
from tests.conformance.material import (
    BROKEN,
    EXCHANGE,
    FAILED,
    INCONCLUSIVE,
    WITHOUT_TWO,
    all_passing,
    report_of,
)

MIXED = {"ONE-01": FAILED, "ONE-02": BROKEN, "TWO-01": INCONCLUSIVE}


def test_headline_comes_first() -> None:
    """The first lines say the verdict, with its numbers."""
    text = render_markdown.render(report_of(all_passing()))
    assert text.startswith("## ✅ Data plane: conformant\n\n**conformant: all 2 MUSTs passed**\n")


def test_areas_are_a_table() -> None:
    """Each area is a row with its verdict and its counts."""
    text = render_markdown.render(report_of(MIXED))
    assert "| one | ❌ not conformant | 0 | 1 | 0 | 0 | 1 |" in text
    assert "| two | ⚠️ incomplete | 0 | 0 | 1 | 0 | 0 |" in text


def test_failure_is_shown_with_its_evidence() -> None:
    """A failure has its sentence and source, both sides, and its evidence folded away."""
    text = render_markdown.render(report_of(MIXED, known={"ONE-01": "since May"}))
    order = [
        "### failed: ONE-01 (MUST, documented, a known failure)",
        "**The first thing is done**",
        "source: Guide: first section",
        "known: since May",
        "- expected: the id of the user",
        "- came: the id of the key",
        "<details>",
        "curl -sS",
        "it started",
        "pytest -q --hypothesis-seed=7",
        "</details>",
        "### error: ONE-02",
        "TWO-01 | MUST | inconclusive | nothing was heard",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_problem_and_stale_entries_are_told() -> None:
    """A run that was cut short, and a stale entry, are told at the top."""
    report = report_of(all_passing(), problem="it died", known={"ONE-01": "since May"})
    text = render_markdown.render(report)
    assert "problem: it died" in text
    assert "stale: ONE-01 passes" in text


def test_options_that_unlock_are_a_table() -> None:
    """What is out of scope is listed by the option that would let it be judged."""
    text = render_markdown.render(report_of(all_passing(), scope=WITHOUT_TWO))
    assert "| --control-plane-listen HOST:PORT | 1 requirement (1 MUST): TWO-01." in text


def test_requirement_without_evidence_has_a_reason() -> None:
    """A requirement that was never executed says so."""
    assert "No test was executed" in render_markdown.render(report_of({}))


def test_nothing_breaks_the_markdown() -> None:
    """Tables, markup, HTML, fences and control characters of a data plane stay text."""
    violation = Violation(
        expected="a | b *bold* <script>\n| --- |", came="```\nx\x1b", exchanges=[EXCHANGE]
    )
    finding = examine(violation, "call")
    report = report_of({"ONE-01": finding})
    report["requirements"][0]["evidence"][0]["output"] = ["```", "</details>", "\x1b[2J"]
    text = render_markdown.render(report)
    assert r"- expected: a \| b \*bold\* &lt;script&gt; \| --- \|" in text
    assert "````text\n```\n</details>\n\\x1b[2J\n````" in text
    assert "\x1b" not in text


def test_what_was_measured_is_folded_away() -> None:
    """The figures of each observation are a row, where there are any."""
    report = report_of(all_passing())
    assert "what was measured" not in render_markdown.render(report)
    report["observations"] = [
        {"name": "rate-7", "waited": 2.0, "shown": {"count": 7, "window": "0.5 s"}},
        {"name": "silent", "waited": 2.0, "shown": {}},
    ]
    text = render_markdown.render(report)
    assert "<details><summary>what was measured</summary>" in text
    assert "| rate-7 | 2.0 s | count 7, window 0.5 s |" in text
    assert "silent" not in text
