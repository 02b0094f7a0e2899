"""Known failures: a file that says which requirements a data plane is known to fail, and why."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.errors import UsageProblem
from conformance.requirements.catalogue import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.requirements import Catalogue

_FIELDS = ("id", "reason", "issue")
_EXAMPLE = '[[expected_failure]] with id = "AUD-04" and reason = "why"'


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """A requirement that is known to fail, why, and where that is followed up."""

    id: str
    reason: str
    issue: str | None = None


def load(path: Path, catalogue: Catalogue) -> tuple[ExpectedFailure, ...]:
    """Read the file of `--dataplane-expected-failures`; raise `UsageProblem` for any mistake."""
    try:
        text = path.read_text("utf-8")
    except OSError as problem:
        raise UsageProblem(
            f"the expected failures cannot be read: {path}: {problem.strerror}; "
            "give --dataplane-expected-failures a file that exists"
        ) from None
    except UnicodeDecodeError:
        raise UsageProblem(f"{path} is not UTF-8; expected failures are a TOML file") from None
    return parse(text, catalogue, name=str(path))


def parse(text: str, catalogue: Catalogue, *, name: str) -> tuple[ExpectedFailure, ...]:
    """Read expected failures from TOML; `name` is what the messages call it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise UsageProblem(f"{name} is not TOML: {problem}; it holds {_EXAMPLE}") from None
    for key in document:
        if key != "expected_failure":
            hint = did_you_mean(key, ["expected_failure"])
            raise UsageProblem(f"{name}: nothing reads {key!r}{hint}; it holds {_EXAMPLE}")
    rows = document.get("expected_failure", [])
    if not isinstance(rows, list):
        raise UsageProblem(f"{name}: expected_failure is one table; write {_EXAMPLE}")
    failures = tuple(_row(row, catalogue, f"{name}, entry {n}") for n, row in enumerate(rows, 1))
    _refuse_doubles(failures, name)
    return failures


def _row(row: object, catalogue: Catalogue, where: str) -> ExpectedFailure:
    if not isinstance(row, dict):
        raise UsageProblem(f"{where}: {row!r} is not a table; write {_EXAMPLE}")
    for key, value in row.items():
        if key not in _FIELDS:
            known = ", ".join(_FIELDS)
            hint = did_you_mean(key, _FIELDS)
            raise UsageProblem(f"{where}: nothing reads {key!r}{hint}; an entry has {known}")
        if not isinstance(value, str) or not value.strip():
            raise UsageProblem(f"{where}: {key} = {value!r}; write some text there")
    for key in ("id", "reason"):
        if key not in row:
            raise UsageProblem(f"{where}: {key} is missing; write {_EXAMPLE}")
    if row["id"] not in catalogue:
        hint = did_you_mean(row["id"], catalogue)
        raise UsageProblem(
            f"{where}: {row['id']!r} is not in the catalogue{hint}; "
            "`dataplane-conformance list` shows every requirement"
        )
    return ExpectedFailure(**row)


def _refuse_doubles(failures: tuple[ExpectedFailure, ...], name: str) -> None:
    seen: set[str] = set()
    for failure in failures:
        if failure.id in seen:
            raise UsageProblem(f"{name}: {failure.id} stands there twice; keep one entry")
        seen.add(failure.id)
