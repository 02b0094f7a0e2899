"""The sentences of a report say what the numbers say."""

from __future__ import annotations

import jsonschema
import pytest

from conformance.report import document, render_markdown, render_text, wording
from tests.conformance.material import (
    BROKEN,
    FAILED,
    INCONCLUSIVE,
    PASSED,
    WITHOUT_TWO,
    all_passing,
    report_of,
)


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (report_of(all_passing()), "conformant: all 2 MUSTs passed"),
        (
            report_of(all_passing(), scope=WITHOUT_TWO),
            "conformant in scope: 1 of 2 MUSTs passed, 1 out of scope",
        ),
        (
            report_of({**all_passing(), "TWO-01": FAILED}),
            "not conformant: 1 of 2 MUSTs failed, 1 passed",
        ),
        (
            report_of({**all_passing(), "TWO-01": INCONCLUSIVE}),
            "incomplete: 1 of the 2 MUSTs in scope passed, 1 not judged",
        ),
        (
            report_of({"ONE-01": FAILED}, problem="stopped"),
            "incomplete: 0 of the 2 MUSTs in scope passed, 1 failed, 1 not judged",
        ),
    ],
)
def test_headline(report: dict[str, object], sentence: str) -> None:
    """The verdict always comes with its numbers."""
    assert wording.headline(report) == sentence


def test_narrowed_run_says_so() -> None:
    """Where only a part was selected, the headline says so."""
    report = report_of(all_passing())
    report["verdict"] = "incomplete"
    report["scope"]["narrowed"] = True
    assert wording.headline(report).endswith("(only a part of the suite was selected)")


def test_shoulds_stand_beside_it() -> None:
    """SHOULDs are counted apart, what did not pass by name."""
    assert wording.beside_it(report_of(all_passing())) == "1 of 1 SHOULDs passed"
    report = report_of({**all_passing(), "ONE-02": BROKEN})
    assert wording.beside_it(report) == "0 of 1 SHOULDs passed, 1 error"
    report["requirements"] = []
    assert wording.beside_it(report) == ""


def test_known_failures_are_named() -> None:
    """Known failures and stale entries are named."""
    known = {"ONE-01": "since May", "ONE-02": "since June"}
    report = report_of({**all_passing(), "ONE-01": FAILED}, known=known)
    assert wording.excused(report) == "ONE-01: known to fail, which does not fail the run"
    assert wording.stale(report) == [
        "ONE-02 passes although it is a known failure: remove its entry"
    ]
    assert wording.excused(report_of({"ONE-01": PASSED})) == ""


def test_what_was_left_out_is_not_called_unjudged() -> None:
    """What is out of scope is told by what unlocks it, not as something that went wrong."""
    report = report_of({"ONE-01": PASSED, "ONE-02": INCONCLUSIVE}, scope=WITHOUT_TWO)
    assert [one["id"] for one in wording.unjudged(report)] == ["ONE-02"]
    (unlock,) = report["scope"]["unlocks"][1:] or report["scope"]["unlocks"][:1]
    assert unlock["requirements"]


def test_unlock_says_how_much() -> None:
    """An option comes with the number of requirements that wait for it, and with which."""
    (unlock,) = report_of({}, scope=WITHOUT_TWO)["scope"]["unlocks"]
    assert wording.key_of(unlock) == "--control-plane-listen HOST:PORT"
    assert wording.unlocking(unlock) == ("1 requirement (1 MUST): TWO-01. Pass a place to listen.")
    many = unlock | {"requirements": [f"ONE-{n:02}" for n in range(20)], "musts": 0, "unlock": ""}
    assert wording.unlocking(many) == "20 requirements. Pass a place to listen."
    assert wording.key_of(many) == "nothing yet (control-plane)"


def test_unreached_data_plane_has_words() -> None:
    """A data plane that said nothing of itself is still named by how it was reached."""
    report = report_of({})
    report["implementation"] = {"name": None, "version": None, "url": None}
    assert wording.reached(report) == "a data plane (url)"
    report["implementation"]["version"] = "2.0"
    assert wording.reached(report) == "a data plane 2.0 (url)"


def test_connections_are_told_by_observer() -> None:
    """Calls of the control plane are counted, everything else is named once."""
    rows = [
        {"host": "cp", "port": 1, "class": "control plane", "outcome": "through", "count": 3},
        {"host": "x", "port": 2, "class": "other", "outcome": "refused", "count": 9},
    ]
    seen = [
        {"observation": name, "observer": "a proxy", "blind": "look-ups", "destinations": rows}
        for name in ("one", "two")
    ]
    report = report_of(all_passing()) | {"egress": seen}
    assert wording.connections(report) == {
        "a proxy": "its control plane 6 times, x:2 (other, refused). Not seen: look-ups."
    }
    assert "a proxy: its control plane 6 times" in render_text.render(report)
    assert "| a proxy | its control plane 6 times, x:2" in render_markdown.render(report)
    jsonschema.validate(report, document.schema())


def test_unseen_connections_are_not_told() -> None:
    """Where nobody saw where it connected, nothing is said of it."""
    report = report_of(all_passing())
    assert wording.connections(report) == {}
    assert "where it connected" not in render_text.render(report)
    assert "where it connected" not in render_markdown.render(report)
