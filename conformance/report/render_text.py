"""A report as text for a console, of any width, with or without colours."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.report import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.document import Document

WIDEST = 100
LABEL = 10
SHOWN_EVIDENCE = 3
OUTCOMES = ("passed", "failed", "inconclusive", "skipped", "error")
_SHORT = {"passed": "pass", "failed": "fail", "inconclusive": "inc.", "skipped": "skip"}
_STYLES = {
    "conformant": ("green", "bold"),
    "conformant in scope": ("green", "bold"),
    "not conformant": ("red", "bold"),
    "incomplete": ("yellow", "bold"),
    "failed": ("red", "bold"),
    "error": ("red", "bold"),
    "inconclusive": ("yellow",),
}
_ANSI = {"bold": 1, "red": 31, "green": 32, "yellow": 33, "cyan": 36}


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and the styles (names of pytest's terminal writer) that it is shown in."""

    text: str = ""
    styles: tuple[str, ...] = ()


def render(document: Document, *, width: int = WIDEST, colour: bool = False) -> str:
    """Return the report as one text."""
    rendered = (_painted(line) if colour else line.text for line in lines(document, width))
    return "\n".join(rendered) + "\n"


def _painted(line: Line) -> str:
    codes = ";".join(str(_ANSI[style]) for style in line.styles)
    return f"\033[{codes}m{line.text}\033[0m" if codes else line.text


def lines(document: Document, width: int) -> Iterator[Line]:
    """Yield the report line by line; the verdict comes last, where it is seen."""
    width = max(40, min(width, WIDEST))
    yield Line()
    yield from _told("judged", wording.reached(document), width)
    yield from _told("took", wording.duration(document), width)
    yield Line()
    yield from _table(document, width)
    for requirement in wording.having(document, *wording.TROUBLE):
        yield from _trouble(requirement, width)
    yield from _connected(document, width)
    yield from _not_judged(document, width)
    yield from _verdict(document, width)


def _table(document: Document, width: int) -> Iterator[Line]:
    short = width < 80
    heads = [
        _SHORT.get(outcome, "err." if short else outcome) if short else outcome
        for outcome in OUTCOMES
    ]
    cells = [max(len(head), 4) + (1 if short else 2) for head in heads]
    first = max([len("area"), *(len(area) for area in document["areas"])])

    def row(area: str, verdict: str, numbers: list[str]) -> str:
        columns = "".join(number.rjust(cell) for number, cell in zip(numbers, cells, strict=True))
        return f"{area:{first}}  {verdict:19}{columns}".rstrip()

    yield Line(row("area", "verdict", heads), ("bold",))
    for area, found in document["areas"].items():
        numbers = [str(found["counts"][outcome] or "-") for outcome in OUTCOMES]
        yield Line(row(area, found["verdict"], numbers), _STYLES[found["verdict"]][:1])
    if len(document["areas"]) > 1:
        numbers = [str(document["counts"][outcome] or "-") for outcome in OUTCOMES]
        yield Line(row("all", "", numbers))


def _trouble(requirement: Document, width: int) -> Iterator[Line]:
    known = " (a known failure)" if wording.is_excused(requirement) else ""
    head = f"{requirement['outcome'].upper()} {requirement['id']} {requirement['level']}{known}"
    yield Line()
    yield Line(head, _STYLES[requirement["outcome"]])
    yield from _wrapped(requirement["title"], width, "  ", ("bold",))
    source = f"{requirement['source']} ({requirement['basis']})"
    yield from _told("source", source, width)
    if requirement["expected_failure"]:
        yield from _told("known", requirement["expected_failure"], width)
    evidence = [one for one in requirement["evidence"] if one["kind"] != "inconclusive"]
    if not evidence:
        yield from _told("reason", wording.reason_of(requirement), width)
    for one in evidence[:SHOWN_EVIDENCE]:
        yield from _evidence(one, width)
    if len(evidence) > SHOWN_EVIDENCE:
        more = f"{len(evidence) - SHOWN_EVIDENCE} more of {requirement['id']} in report.json"
        yield from _told("and", more, width)


def _evidence(evidence: Document, width: int) -> Iterator[Line]:
    yield Line()
    yield from _told("claim", evidence["claim"], width)
    if evidence["expected"] is not None:
        yield from _told("expected", evidence["expected"], width)
        yield from _told("came", evidence["came"] or "", width, ("red",))
    else:
        yield from _told("came", evidence["message"], width, ("red",))
    for exchange in evidence["exchanges"]:
        yield from _block("see it", exchange["curl"], None)
        yield from _block("answer", exchange["answer"], width)
    yield from _block("heard by the control plane", "\n".join(evidence["entries"]), width)
    yield from _block("last output of the data plane", "\n".join(evidence["output"]), width)
    yield from _block("traceback", "\n".join(evidence["traceback"]), width)
    if evidence["seed"] is not None:
        yield from _told("seed", str(evidence["seed"]), width)
    yield from _block("smallest example", evidence["example"] or "", width)
    yield from _block("run it again", evidence["replay"], None, ("cyan",))


def _connected(document: Document, width: int) -> Iterator[Line]:
    connections = wording.connections(document)
    if connections:
        yield Line()
        yield Line("where it connected", ("bold",))
    for observer, sentence in connections.items():
        yield from _wrapped(f"{observer}: {sentence}", width, "  ")


def _not_judged(document: Document, width: int) -> Iterator[Line]:
    unjudged = wording.unjudged(document)
    if unjudged:
        yield Line()
        yield Line("not judged: what was needed for it did not happen", ("bold",))
    for requirement in unjudged:
        text = f"{requirement['level']}, {requirement['outcome']}. {wording.reason_of(requirement)}"
        yield from _told(requirement["id"], text, width, ("yellow",))
    unlocks = document["scope"]["unlocks"]
    if unlocks:
        yield Line()
        yield Line("what would let more be judged", ("bold",))
    for unlock in unlocks:
        yield Line(f"  {_clean(wording.key_of(unlock))}", ("cyan",))
        yield from _wrapped(wording.unlocking(unlock), width, "      ")


def _verdict(document: Document, width: int) -> Iterator[Line]:
    yield Line()
    if known := wording.excused(document):
        yield from _told("known", known, width)
    for sentence in wording.stale(document):
        yield from _told("stale", sentence, width, ("red", "bold"))
    if document["problem"]:
        yield from _told("problem", document["problem"], width, ("red", "bold"))
    style = _STYLES[document["verdict"]]
    yield from _told("verdict", wording.headline(document), width, style)
    if beside := wording.beside_it(document):
        yield from _told("beside it", beside, width)


def _told(label: str, text: str, width: int, styles: tuple[str, ...] = ()) -> Iterator[Line]:
    """A label and a text beside it, wrapped."""
    wrapped = _wrapped(text, width, " " * (LABEL + 2), styles)
    for number, line in enumerate(wrapped):
        head = f"  {label:{LABEL}}" if number == 0 else ""
        yield Line(head + line.text[len(head) :], line.styles)


def _block(
    label: str, text: str, width: int | None, styles: tuple[str, ...] = ()
) -> Iterator[Line]:
    """A label and lines below it as they are; without a width none is broken, to be copied."""
    if not text:
        return
    yield Line(f"  {label}:")
    for line in text.split("\n"):
        cleaned = _clean(line)
        room = len(cleaned) or 1 if width is None else width - 4
        for start in range(0, max(len(cleaned), 1), room):
            yield Line(f"    {cleaned[start : start + room]}".rstrip(), styles)


def _wrapped(text: str, width: int, indent: str, styles: tuple[str, ...] = ()) -> Iterator[Line]:
    for paragraph in text.split("\n"):
        wrapped = textwrap.wrap(
            _clean(paragraph),
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        yield from (Line(line, styles) for line in wrapped or [indent])


def _clean(text: str) -> str:
    """Show what does not print, so that nothing that a data plane says can steer a terminal."""
    return "".join(
        character if character.isprintable() else _escaped(character)
        for character in text.expandtabs(4)
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
