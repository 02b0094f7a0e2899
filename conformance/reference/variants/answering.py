"""Other ways to answer: JSON, errors, what is remembered, when a write can be read."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.access import Access
from conformance.reference.answers import Answers
from conformance.reference.authentication import Authentication
from conformance.reference.cors import Cors
from conformance.reference.documents import Documents, Selection
from conformance.reference.rows import Page, Rows, Target
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from conformance.reference.auditor import Trail
    from conformance.reference.composition import Reference
    from conformance.reference.problems import Missing, Problem

    Row = dict[str, object]

READABLE_AFTER = 0.2


@variant
def writes_json_with_blanks_and_sorted(reference: Reference) -> Reference:
    """JSON in answers is indented, in ASCII, its members in alphabetical order."""

    class Other(Answers):
        def encode(self, value: object) -> bytes:
            return json.dumps(value, indent=2, sort_keys=True).encode("ascii") + b"\n"

    return replace(reference, answers=Other())


@variant
def explains_errors_in_json(reference: Reference) -> Reference:
    """Every error has a JSON body."""

    class Other(Answers):
        def problem(self, problem: Problem, trail: Trail, trace_id: str) -> Response:
            plain = super().problem(problem, trail, trace_id)
            error = {"error": {"status": plain.status_code, "message": problem.message}}
            response = self.json(error, status=plain.status_code)
            response.headers.update(dict(problem.headers))
            return response

    return replace(reference, answers=Other())


@variant
def forbids_what_is_missing(reference: Reference) -> Reference:
    """A missing object is answered with 403 and JSON, whatever its kind."""

    class Other(Answers):
        def missing(self, problem: Missing, trail: Trail, trace_id: str) -> Response:
            return self.forbidden(problem.message, trail, trace_id)

    return replace(reference, answers=Other())


@variant
def calls_a_missing_object_a_bad_request(reference: Reference) -> Reference:
    """A missing object is answered with 400 and text, whatever its kind."""

    class Other(Answers):
        def missing(self, problem: Missing, trail: Trail, trace_id: str) -> Response:
            del trace_id
            return self.text(self.suffixed(problem, trail), status=400)

    return replace(reference, answers=Other())


@variant
def remembers_nobody(reference: Reference) -> Reference:
    """Keys and access are verified by the control plane for every single request."""

    grace = reference.settings.budget.seconds
    return replace(reference, authentication=Authentication(0.0, grace), access=Access(0.0, grace))


@variant
def allows_listed_origins_only(reference: Reference) -> Reference:
    """WHITELISTED_ORIGINS, where it is set, replaces the default origins."""
    listed = reference.settings.whitelisted_origins

    class Other(Cors):
        def allows(self, origin: str) -> bool:
            return origin in listed if listed else super().allows(origin)

    return replace(reference, cors=Other(reference.settings))


@variant
def shows_writes_a_moment_later(reference: Reference) -> Reference:
    """Rows, and prompts and functions in lists, can be read a fifth of a second after a write."""
    horizon = Horizon()

    class LateRows(Rows):
        def write(self, target: Target, row: Mapping[str, object], xact_id: int) -> str:
            horizon.note(xact_id)
            return super().write(target, row, xact_id)

        def read(self, target: Target, version: int | None = None) -> list[Row]:
            return super().read(target, horizon.settled() if version is None else version)

        def page(
            self, target: Target, *, version: int | None, limit: int | None, before: int | None
        ) -> Page:
            version = horizon.settled() if version is None else version
            return super().page(target, version=version, limit=limit, before=before)

    class LateDocuments(Documents):
        def write(self, kind: str, row: Mapping[str, object]) -> Row:
            written = super().write(kind, row)
            horizon.note(int(str(written["_xact_id"])))
            return written

        def select(self, selection: Selection) -> list[Row]:
            settled = horizon.settled() if selection.version is None else selection.version
            return super().select(replace(selection, version=settled))

    store = reference.store
    return replace(reference, rows=LateRows(store), documents=LateDocuments(store))


class Horizon:
    """Which transactions are old enough to be read."""

    def __init__(self) -> None:
        self._young: list[tuple[float, int]] = []

    def note(self, xact_id: int) -> None:
        """Note a transaction at the moment of its write."""
        self._young.append((time.monotonic(), xact_id))

    def settled(self) -> int | None:
        """Return the newest transaction that can be read, None if all can."""
        since = time.monotonic() - READABLE_AFTER
        self._young = [each for each in self._young if each[0] > since]
        return self._young[0][1] - 1 if self._young else None
