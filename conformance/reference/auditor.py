"""Audit headers: who made the request, on which route, and what it touched.

Every step from the list of resources to the header is a method of its own. Nothing is kept between
requests: what one request touched is in its `Trail`.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import Headers
    from starlette.responses import Response

    from conformance.reference.caller import Caller

ENABLE = "x-bt-enable-audit"
USER_ID = "x-bt-audit-user-id"
USER_EMAIL = "x-bt-audit-user-email"
NORMALIZED_URL = "x-bt-audit-normalized-url"
RESOURCES = "x-bt-audit-resources"

HEADER_BLOCK = 7168
"""Bytes for all headers that are known here; those who come after (CORS, proxies) have the rest
of the 8 KiB that common proxies accept."""

BYTES_OF_A_RESOURCE = 20
"""No resource takes less of the header: an id alone is 16 bytes that do not compress."""

_PARAMETER = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Resource:
    """An object that a request created, read, changed, deleted, listed, or wrote rows into."""

    type: str
    id: str
    name: str
    how: str = "read"


@dataclass(slots=True)
class Trail:
    """What one request leaves behind for the auditor; made and dropped with the request."""

    template: str
    parameters: Mapping[str, str]
    method: str
    path: str
    headers: Headers
    caller: Caller | None = None
    touched: list[Resource] = field(default_factory=list)

    def touch(self, type: str, id: str, name: str, *, how: str = "read") -> None:
        """Note an object; `how` is created, read, changed, deleted, listed or rows."""
        self.touched.append(Resource(type, id, name, how))


class Auditor:
    """Adds the audit headers to the answers of requests that ask for them."""

    def asked(self, trail: Trail) -> bool:
        """Tell whether the request wants audit headers."""
        return trail.headers.get(ENABLE, "").strip(" \t") == "true"

    def user_id(self, trail: Trail) -> str | None:
        """Return the id to attribute the request to."""
        return trail.caller.user_id if trail.caller else None

    def user_email(self, trail: Trail) -> str | None:
        """Return the e-mail address to attribute the request to."""
        return trail.caller.email if trail.caller else None

    def normalized_url(self, trail: Trail) -> str:
        """Return the route's template, with a placeholder for every path parameter."""
        return _PARAMETER.sub(lambda found: self.placeholder(found[1]), trail.template)

    def placeholder(self, parameter: str) -> str:
        """Return what stands in the URL for a path parameter of that name."""
        return "[id]" if parameter.endswith("id") else f"[{parameter}]"

    def resources(self, trail: Trail) -> list[Resource]:
        """Return what the request touched, each object once, in the order of touching."""
        found: dict[tuple[str, str], Resource] = {}
        for each in trail.touched:
            found.setdefault((each.type, each.id), each)
        return list(found.values())

    def entry(self, resource: Resource) -> dict[str, object]:
        """Return a resource as it stands in the list."""
        return {"type": resource.type, "id": resource.id, "name": resource.name}

    def serialize(self, entries: Sequence[Mapping[str, object]]) -> bytes:
        """Return the list as JSON; a lone surrogate, which UTF-8 cannot hold, stays escaped."""
        text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")

    def compress(self, data: bytes) -> bytes:
        """Return the JSON as one gzip member."""
        return gzip.compress(data, compresslevel=6, mtime=0)

    def armour(self, data: bytes) -> str:
        """Return the compressed bytes as text."""
        return base64.b64encode(data).decode("ascii")

    def envelope(self, payload: str) -> str:
        """Return the header's value around the payload."""
        return json.dumps({"v": 1, "p": payload}, separators=(",", ":"))

    def encode(self, resources: Sequence[Resource]) -> str:
        """Return the whole value of the resources header."""
        entries = [self.entry(each) for each in resources]
        return self.envelope(self.armour(self.compress(self.serialize(entries))))

    def room(self, others: Sequence[tuple[bytes, bytes]]) -> int:
        """Return how many bytes the resources' value may take beside the other headers."""
        taken = sum(len(name) + len(value) + len(": \r\n") for name, value in others)
        return max(0, HEADER_BLOCK - taken - len(RESOURCES) - len(": \r\n"))

    def cut(self, resources: list[Resource], room: int) -> list[Resource]:
        """Return as many of the first resources as fit into that many bytes."""
        fits, beyond = 0, min(len(resources), room // BYTES_OF_A_RESOURCE) + 1
        tried = beyond - 1
        while beyond - fits > 1:
            if len(self.encode(resources[:tried])) <= room:
                fits = tried
            else:
                beyond = tried
            tried = (fits + beyond) // 2
        return resources[:fits]

    def fields(
        self, trail: Trail, others: Sequence[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        """Return the audit headers for an answer that already has the other headers."""
        known = {
            USER_ID: self.user_id(trail),
            USER_EMAIL: self.user_email(trail),
            NORMALIZED_URL: self.normalized_url(trail),
        }
        told = [self.header(name, value) for name, value in known.items() if value is not None]
        kept = self.cut(self.resources(trail), self.room([*others, *told]))
        return [*told, self.header(RESOURCES, self.encode(kept))]

    def header(self, name: str, value: str) -> tuple[bytes, bytes]:
        """Return one header line; whatever a field value may not hold is escaped."""
        printable = "".join(each if " " <= each <= "~" else ascii(each)[1:-1] for each in value)
        return name.encode("ascii"), printable.encode("ascii")

    def audit(self, trail: Trail, response: Response) -> Response:
        """Return the answer with what the auditor adds to it: headers, and nothing else."""
        if self.asked(trail):
            response.raw_headers.extend(self.fields(trail, response.raw_headers))
        return response
