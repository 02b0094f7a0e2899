"""The command `selfcheck`: runs what was planned, prints the matrix, and tells if it is perfect."""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import UsageProblem
from conformance.requirements import Catalogue, load
from conformance.selfcheck.bench import Bench, NoResult, set_up
from conformance.selfcheck.matrix import Finding, Matrix, judge
from conformance.selfcheck.plan import Selection, plan

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from conformance.selfcheck.subject import Subject

__all__ = ["check", "configure", "main"]

BESIDE = 2
"""How many data planes are judged at the same time for each core: runs wait about half their time.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Offer the options of the self-check."""
    add = parser.add_argument
    add("--area", action="append", default=[], help="only this area; may be repeated")
    for kind in ("defect", "variant", "null"):
        add(
            f"--{kind}",
            action="append",
            default=[],
            metavar="NAME",
            help=f"only this {kind}, and what else is named; may be repeated",
        )
    add("--json", metavar="FILE", help="write the matrix to this file")
    add("--jobs", metavar="N", help="how many data planes are judged at the same time")
    add("--keep", metavar="DIR", help="keep the report and the output of every run here")


def main(arguments: argparse.Namespace) -> int:
    """Run the self-check; 0 only if every run came out exactly as it must."""
    catalogue = load()
    jobs = _jobs(arguments.jobs)
    selection = Selection(arguments.area, arguments.defect, arguments.variant, arguments.null)
    subjects = plan(selection, catalogue.areas)
    keep = _prepared("--keep", arguments.keep, _make)
    file = _prepared("--json", arguments.json, _create)
    with set_up(keep) as bench:
        matrix = check(bench, subjects, catalogue, jobs=jobs, progress=_progress(len(subjects)))
    print(f"\n{matrix.render()}")  # noqa: T201 - the matrix is the command's answer
    if file is not None:
        file.write_text(json.dumps(matrix.document(), indent=2) + "\n", "utf-8")
    return 0 if matrix.perfect else 1


def check(
    bench: Bench,
    subjects: Sequence[Subject],
    catalogue: Catalogue,
    *,
    jobs: int = 1,
    progress: Callable[[Finding], None] = lambda _: None,
) -> Matrix:
    """Run every subject, so many at a time, and return the matrix in the order of the subjects."""
    began = time.monotonic()
    with ThreadPoolExecutor(jobs) as executor:
        waiting = [executor.submit(examine, bench, subject, catalogue) for subject in subjects]
        try:
            for done in as_completed(waiting):
                progress(done.result())
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    return Matrix([one.result() for one in waiting], catalogue, time.monotonic() - began)


def examine(bench: Bench, subject: Subject, catalogue: Catalogue) -> Finding:
    """Run one subject and judge what came of it."""
    began = time.monotonic()
    try:
        outcomes = bench.run(subject)
    except NoResult as failure:
        return Finding(subject, frozenset(), problem=str(failure))
    return judge(subject, outcomes, catalogue, seconds=time.monotonic() - began)


def _progress(total: int) -> Callable[[Finding], None]:
    seen: list[Finding] = []

    def show(finding: Finding) -> None:
        seen.append(finding)
        mark = "ok   " if finding.perfect else "WRONG"
        what = f"{finding.subject.kind.value} {finding.subject.name}"
        sys.stdout.write(f"[{len(seen):3}/{total}] {finding.seconds:5.1f} s  {mark} {what}\n")
        sys.stdout.flush()

    return show


def _jobs(text: str | None) -> int:
    """One more than there are cores: a run waits for its data plane, which waits for the mock."""
    if text is None:
        return (os.cpu_count() or 1) + 1
    if not text.isdecimal() or int(text) < 1:
        raise UsageProblem(f"--jobs {text}: a number from 1 is expected.")
    return int(text)


def _prepared(flag: str, text: str | None, prepare: Callable[[Path], None]) -> Path | None:
    """The path that an option names, once it is sure that something can be written there."""
    if text is None:
        return None
    path = Path(text).absolute()
    try:
        prepare(path)
    except OSError as problem:
        raise UsageProblem(
            f"{flag} {text}: cannot be written ({problem.strerror}). "
            "Name a place that this user may write to."
        ) from problem
    return path


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _create(file: Path) -> None:
    file.open("a").close()
