"""How results and problems look on the wire: status, content type, body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from conformance.reference.problems import Forbidden, Missing, Problem, Relayed

if TYPE_CHECKING:
    from conformance.reference.auditor import Trail

ANSWERED_WITH_403 = frozenset({"experiment", "dataset"})
"""Kinds whose access the data plane itself checks in production; the control plane checks others,
and then a missing object is a 400 in its words."""

TEXT = "text/plain; charset=utf-8"


class Answers:
    """Renders what the routes return and raise."""

    def json(self, value: object, *, status: int = 200) -> Response:
        """Return a JSON answer."""
        return Response(self.encode(value), status, media_type="application/json")

    def encode(self, value: object) -> bytes:
        """Return JSON in UTF-8; a lone surrogate, which UTF-8 cannot hold, stays escaped."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")

    def text(self, value: str, *, status: int = 200) -> Response:
        """Return a plain-text answer."""
        return Response(value.encode("utf-8", "replace"), status, headers={"content-type": TEXT})

    def problem(self, problem: Problem, trail: Trail, trace_id: str) -> Response:
        """Return the answer to a request that is not served."""
        if isinstance(problem, Missing):
            response = self.missing(problem, trail, trace_id)
        elif isinstance(problem, Forbidden):
            response = self.forbidden(problem.message, trail, trace_id)
        else:
            response = self.text(self.suffixed(problem, trail), status=problem.status)
        response.headers.update(dict(problem.headers))
        return response

    def missing(self, problem: Missing, trail: Trail, trace_id: str) -> Response:
        """Return the answer for an object that is not there for this caller."""
        if problem.kind in ANSWERED_WITH_403:
            return self.forbidden(problem.message, trail, trace_id)
        return self.text(self.suffixed(problem, trail), status=400)

    def forbidden(self, message: str, trail: Trail, trace_id: str) -> Response:
        """Return the JSON error of a refusal."""
        error = {
            "Code": "ForbiddenError",
            "Message": message,
            "InternalTraceId": trace_id,
            "Path": trail.path,
            "Service": "api",
        }
        return self.json(error, status=403)

    def suffixed(self, problem: Problem, trail: Trail) -> str:
        """Return the sentence with who asked, unless it is the control plane's, which has that."""
        if isinstance(problem, Relayed) or trail.caller is None:
            return problem.message
        names = ", ".join(each.name for each in trail.caller.organizations)
        return f"{problem.message} [user_email={trail.caller.email}] [user_org={names}]"
