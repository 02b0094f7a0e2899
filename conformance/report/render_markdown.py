"""A report as Markdown, for the summary of a CI job."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from conformance.report import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.report.document import Document

SIGNS = {
    "conformant": "✅",
    "conformant in scope": "✅",
    "not conformant": "❌",
    "incomplete": "⚠️",
}
OUTCOMES = ("passed", "failed", "inconclusive", "skipped", "error")
SHOWN_EVIDENCE = 3
_MARKED = re.compile(r"([\\`*_{}\[\]|~#])")


def render(document: Document) -> str:
    """Return the report as one Markdown text."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"## {SIGNS[document['verdict']]} Data plane: {document['verdict']}"
    yield ""
    yield f"**{_plain(wording.headline(document))}**"
    if beside := wording.beside_it(document):
        yield f"<br>beside it: {_plain(beside)}"
    if document["problem"]:
        yield f"<br>problem: {_plain(document['problem'])}"
    if known := wording.excused(document):
        yield f"<br>known: {_plain(known)}"
    yield from (f"<br>stale: {_plain(sentence)}" for sentence in wording.stale(document))
    yield ""
    yield f"{_plain(wording.reached(document))}, in {_plain(wording.duration(document))}."
    yield ""
    yield from _areas(document)
    for requirement in wording.having(document, *wording.TROUBLE):
        yield from _trouble(requirement)
    yield from _unjudged(document)
    yield from _unlocks(document)
    yield from _connected(document)
    yield from _measured(document)


def _areas(document: Document) -> Iterator[str]:
    yield from _table_head("area", "verdict", *OUTCOMES)
    for area, found in document["areas"].items():
        counts = [str(found["counts"][outcome]) for outcome in OUTCOMES]
        yield _row(area, f"{SIGNS[found['verdict']]} {found['verdict']}", *counts)


def _trouble(requirement: Document) -> Iterator[str]:
    known = ", a known failure" if wording.is_excused(requirement) else ""
    level = f"{requirement['level']}, {requirement['basis']}{known}"
    yield ""
    yield f"### {requirement['outcome']}: {requirement['id']} ({level})"
    yield ""
    yield f"**{_plain(requirement['title'])}**"
    yield f"<br>source: {_plain(requirement['source'])}"
    if requirement["expected_failure"]:
        yield f"<br>known: {_plain(requirement['expected_failure'])}"
    evidence = [one for one in requirement["evidence"] if one["kind"] != "inconclusive"]
    if not evidence:
        yield f"<br>{_plain(wording.reason_of(requirement))}"
    for one in evidence[:SHOWN_EVIDENCE]:
        yield from _evidence(one)


def _evidence(evidence: Document) -> Iterator[str]:
    yield ""
    if evidence["claim"]:
        yield f"- claim: {_plain(evidence['claim'])}"
    if evidence["expected"] is not None:
        yield f"- expected: {_plain(evidence['expected'])}"
    yield f"- came: {_plain(evidence['came'] or evidence['message'])}"
    if evidence["seed"] is not None:
        yield f"- seed: {evidence['seed']}"
    yield ""
    yield "<details><summary>evidence</summary>"
    for exchange in evidence["exchanges"]:
        yield from _block("see it", exchange["curl"])
        yield from _block("answer", exchange["answer"])
    yield from _block("heard by the control plane", "\n".join(evidence["entries"]))
    yield from _block("last output of the data plane", "\n".join(evidence["output"]))
    yield from _block("traceback", "\n".join(evidence["traceback"]))
    yield from _block("smallest example", evidence["example"] or "")
    yield from _block("run it again", evidence["replay"])
    yield "</details>"


def _unjudged(document: Document) -> Iterator[str]:
    requirements = wording.unjudged(document)
    if requirements:
        yield from ("", "### not judged: what was needed for it did not happen", "")
        yield from _table_head("requirement", "level", "outcome", "why")
    for one in requirements:
        yield _row(one["id"], one["level"], one["outcome"], wording.reason_of(one))


def _unlocks(document: Document) -> Iterator[str]:
    unlocks = document["scope"]["unlocks"]
    if unlocks:
        yield from ("", "### what would let more be judged", "")
        yield from _table_head("option", "unlocks")
    for unlock in unlocks:
        yield _row(wording.key_of(unlock), wording.unlocking(unlock))


def _connected(document: Document) -> Iterator[str]:
    connections = wording.connections(document)
    if connections:
        yield from ("", "<details><summary>where it connected</summary>", "")
        yield from _table_head("observer", "destinations")
        yield from (_row(observer, sentence) for observer, sentence in connections.items())
        yield from ("", "</details>")


def _measured(document: Document) -> Iterator[str]:
    measured = [one for one in document["observations"] if one["shown"]]
    if measured:
        yield from ("", "<details><summary>what was measured</summary>", "")
        yield from _table_head("observation", "waited", "figures")
        for one in measured:
            figures = ", ".join(f"{name} {value}" for name, value in one["shown"].items())
            yield _row(one["name"], f"{one['waited']:.1f} s", figures)
        yield from ("", "</details>")


def _table_head(*cells: str) -> Iterable[str]:
    return (_row(*cells), f"|{' --- |' * len(cells)}")


def _row(*cells: str) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _block(label: str, text: str) -> Iterator[str]:
    """Lines as they are, behind a fence that nothing in them can close."""
    if not text:
        return
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    shown = "\n".join(_printable(line) for line in text.split("\n"))
    yield from ("", f"{label}:", "", f"{fence}text", shown, fence)


def _plain(text: str) -> str:
    """Text on one line that is shown as it is, whatever it holds."""
    line = _printable(" ".join(text.split()))
    return _MARKED.sub(r"\\\1", html.escape(line, quote=False))


def _printable(line: str) -> str:
    return "".join(
        character
        if character.isprintable() or character == "\t"
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in line
    )
