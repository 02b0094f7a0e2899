"""What a report says in sentences, whatever it is rendered to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.report.document import Document

TROUBLE = ("failed", "error")
NOT_ASKED_FOR = ("out-of-scope", "not-selected")
NAMED = 8
CONTROL_PLANE = "control plane"


def headline(document: Document) -> str:
    """Return the verdict with the numbers that it is worth."""
    must, of = document["scope"]["must"], document["scope"]["of"]
    outcomes = outcomes_of(document, "MUST")
    passed, failed = outcomes["passed"], outcomes["failed"]
    verdict = document["verdict"]
    if verdict == "conformant":
        return f"conformant: {_all(of)} passed"
    if verdict == "conformant in scope":
        return f"conformant in scope: {passed} of {of} MUSTs passed, {of - must} out of scope"
    if verdict == "not conformant":
        return f"not conformant: {failed} of {of} MUSTs failed, {passed} passed"
    sentence = f"incomplete: {passed} of the {must} MUSTs in scope passed"
    sentence += f", {failed} failed" if failed else ""
    unjudged = must - passed - failed
    return sentence + (f", {unjudged} not judged" if unjudged > 0 else "") + _narrowed(document)


def _all(of: int) -> str:
    return f"all {of} MUSTs" if of != 1 else "the only MUST"


def _narrowed(document: Document) -> str:
    return " (only a part of the suite was selected)" if document["scope"]["narrowed"] else ""


def beside_it(document: Document) -> str:
    """Return how the SHOULDs did, which decide nothing; empty where there are none."""
    outcomes = outcomes_of(document, "SHOULD")
    if not outcomes.total():
        return ""
    others = [
        f"{number} {outcome}"
        for outcome, number in outcomes.items()
        if outcome != "passed" and number
    ]
    sentence = f"{outcomes['passed']} of {outcomes.total()} SHOULDs passed"
    return ", ".join([sentence, *sorted(others)])


def outcomes_of(document: Document, level: str) -> Counter[str]:
    """Count the outcomes of the requirements of a level."""
    return Counter(one["outcome"] for one in document["requirements"] if one["level"] == level)


def having(document: Document, *outcomes: str) -> list[Document]:
    """Return the requirements that have one of these outcomes, in the order of the catalogue."""
    return [one for one in document["requirements"] if one["outcome"] in outcomes]


def unjudged(document: Document) -> list[Document]:
    """Return the requirements in scope that were neither passed nor failed, nor broke."""
    return [
        one
        for one in having(document, "inconclusive", "skipped")
        if one["reason"]["code"] not in NOT_ASKED_FOR
    ]


def is_excused(requirement: Document) -> bool:
    """Return whether a requirement failed as it was known to."""
    return requirement["outcome"] == "failed" and requirement["expected_failure"] is not None


def excused(document: Document) -> str:
    """Return which failures are known and do not fail the run; empty where there are none."""
    ids = [one["id"] for one in document["requirements"] if is_excused(one)]
    return f"{', '.join(ids)}: known to fail, which does not fail the run" if ids else ""


def reached(document: Document) -> str:
    """Return which data plane was judged, and how it was reached."""
    implementation, kind = document["implementation"], document["target"]["kind"]
    name = implementation["name"] or "a data plane"
    version = f" {implementation['version']}" if implementation["version"] else ""
    url = f" at {implementation['url']}" if implementation["url"] else ""
    return f"{name}{version}{url} ({kind})"


def duration(document: Document) -> str:
    """Return how long it took, with the two figures that the wall time is made of."""
    timing = document["timing"]
    return (
        f"{timing['wall']:.1f} s (longest single wait {timing['longest_wait']:.1f} s, "
        f"work of all tests {timing['work']:.1f} s)"
    )


def connections(document: Document) -> dict[str, str]:
    """Return where the data plane connected, and what could not be seen, by who saw it."""
    told = {}
    for observer in dict.fromkeys(seen["observer"] for seen in document["egress"]):
        views = [seen for seen in document["egress"] if seen["observer"] == observer]
        rows = [row for seen in views for row in seen["destinations"]]
        known = sum(row["count"] for row in rows if row["class"] == CONTROL_PLANE)
        named = {
            f"{row['host']}:{row['port']} ({row['class']}, {row['outcome']})"
            for row in rows
            if row["class"] != CONTROL_PLANE
        }
        places = [f"its control plane {known} times", *sorted(named)]
        told[observer] = f"{', '.join(places)}. Not seen: {views[0]['blind']}."
    return told


def key_of(unlock: Document) -> str:
    """Return the option that unlocks, or what is missing where no option provides it."""
    return str(unlock["unlock"] or f"nothing yet ({unlock['need']})")


def unlocking(unlock: Document) -> str:
    """Return how much would be judged with an option, and what it gives."""
    ids = unlock["requirements"]
    noun = "requirement" if len(ids) == 1 else "requirements"
    musts = f" ({unlock['musts']} MUST)" if unlock["musts"] else ""
    named = f": {', '.join(ids)}" if len(ids) <= NAMED else ""
    return f"{len(ids)} {noun}{musts}{named}. {unlock['sentence']}"


def reason_of(requirement: Document) -> str:
    """Return why a requirement has its outcome, in a sentence; empty where nothing is said."""
    return str(requirement["reason"]["sentence"]) if requirement["reason"] else ""


def stale(document: Document) -> list[str]:
    """Return what is to be done about each known failure that passed."""
    return [
        f"{id} passes although it is a known failure: remove its entry"
        for id in document["expected_failures"]["stale"]
    ]
