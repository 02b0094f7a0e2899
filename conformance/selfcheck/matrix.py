"""The judgement of the self-check: what was expected of each data plane, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import __version__
from conformance.selfcheck.subject import Kind, Subject

if TYPE_CHECKING:
    from conformance.requirements import Catalogue

__all__ = ["Finding", "Matrix", "Outcomes", "judge"]

# The outcome of each requirement of a run: passed, failed, inconclusive, skipped or error.
Outcomes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one run, beside what was expected of it."""

    subject: Subject
    found: frozenset[str]
    errors: frozenset[str] = frozenset()
    problem: str | None = None
    seconds: float = 0.0

    @property
    def missed(self) -> frozenset[str]:
        """Requirements that had to be found, and were not."""
        return self.subject.breaks - self.found

    @property
    def extra(self) -> frozenset[str]:
        """Requirements that were found and had to stay out of it."""
        return self.found - self.subject.breaks

    @property
    def perfect(self) -> bool:
        """Whether the run came out exactly as it must."""
        return not (self.missed or self.extra or self.errors or self.problem)

    def document(self) -> dict[str, object]:
        """This run as the matrix holds it."""
        return {
            "kind": self.subject.kind.value,
            "name": self.subject.name,
            "summary": self.subject.summary,
            "areas": list(self.subject.areas),
            "expected": sorted(self.subject.breaks),
            "found": sorted(self.found),
            "missed": sorted(self.missed),
            "extra": sorted(self.extra),
            "errors": sorted(self.errors),
            "problem": self.problem,
            "perfect": self.perfect,
            "seconds": round(self.seconds, 2),
        }

    def render(self) -> str:
        """One line for a person: what was found, and what is wrong with that."""
        return f"{self.subject.kind.value:9} {self.subject.name}: {self._verdict()}"

    def _verdict(self) -> str:
        if self.problem:
            return f"NO RESULT: {self.problem}"
        remarks = [
            f"{label} {' '.join(sorted(ids))}"
            for label, ids in (
                ("MISSED", self.missed),
                (EXTRA[self.subject.kind], self.extra),
                ("THE SUITE BROKE AT", self.errors),
            )
            if ids
        ]
        return "; ".join(remarks) or CLEAN[self.subject.kind].format(" ".join(sorted(self.found)))


EXTRA = {
    Kind.REFERENCE: "NOT PASSED",
    Kind.VARIANT: "FALSE ALARM",
    Kind.DEFECT: "FALSE ALARM",
    Kind.NULL: "PASSES ON NOTHING",
}
CLEAN = {
    Kind.REFERENCE: "passes everything",
    Kind.VARIANT: "passes everything",
    Kind.DEFECT: "{}",
    Kind.NULL: "no MUST passes",
}


def judge(
    subject: Subject, outcomes: Outcomes, catalogue: Catalogue, *, seconds: float = 0.0
) -> Finding:
    """Compare what a run found with what had to be found."""
    if subject.kind is Kind.DEFECT:
        found = _having(outcomes, "failed")
    elif subject.kind is Kind.NULL:
        musts = {row.id for row in catalogue.values() if row.is_must}
        found = _having(outcomes, "passed") & musts
    else:
        found = frozenset(outcomes) - _having(outcomes, "passed", "error")
    problem = None if outcomes else "the run judged no requirement"
    return Finding(subject, found, _having(outcomes, "error"), problem, seconds)


def _having(outcomes: Outcomes, *wanted: str) -> frozenset[str]:
    return frozenset(name for name, outcome in outcomes.items() if outcome in wanted)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every finding of a self-check, beside the catalogue that it is about."""

    findings: Sequence[Finding]
    catalogue: Catalogue
    seconds: float

    @property
    def perfect(self) -> bool:
        """Whether every run came out exactly as it must."""
        return bool(self.findings) and all(finding.perfect for finding in self.findings)

    def document(self) -> dict[str, object]:
        """The matrix as JSON, in a shape that is kept:

            schema_version  1
            suite           {version, catalogue}
            perfect         whether every run came out as it must
            seconds         wall time of the whole
            runs            [{kind, name, summary, areas, expected, found, missed, extra, errors,
                              problem, perfect, seconds}]
            requirements    {id: {level, defects: [names of those that must trip it]}}

        `expected` and `found` are requirement ids: of a defect those that fail, of a variant, and
        of the reference, those that do not pass, of a null data plane the MUSTs that pass. `errors`
        are ids at which the suite itself broke. `problem` says why a run gave no result at all.
        """
        areas = {area for finding in self.findings for area in finding.subject.areas}
        return {
            "schema_version": 1,
            "suite": {"version": __version__, "catalogue": self.catalogue.version},
            "perfect": self.perfect,
            "seconds": round(self.seconds, 2),
            "runs": [finding.document() for finding in self.findings],
            "requirements": {
                row.id: {"level": row.level, "defects": self._defects(row.id)}
                for row in self.catalogue.values()
                if row.area in areas
            },
        }

    def render(self) -> str:
        """The matrix as text: a line for each run, and how many of them are as they must be."""
        wrong = [finding for finding in self.findings if not finding.perfect]
        lines = [finding.render() for finding in self.findings]
        lines += [""] + [f"wrong: {finding.render()}" for finding in wrong]
        good = len(self.findings) - len(wrong)
        lines.append(f"{good} of {len(self.findings)} as they must be, in {self.seconds:.0f} s")
        return "\n".join(lines)

    def _defects(self, requirement: str) -> list[str]:
        return [
            finding.subject.name
            for finding in self.findings
            if finding.subject.kind is Kind.DEFECT and requirement in finding.subject.breaks
        ]
