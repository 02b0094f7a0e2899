"""How the stranger asks the control plane, and what one request of its callers touched."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import json
import os
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

APP = urllib.parse.urlsplit(os.environ.get("BRAINTRUST_APP_URL", ""))
Json = Any


class Refused(Exception):
    """An answer that ends the request early."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass
class Touched:
    """What one request has touched, and who made it."""

    person: dict[str, Json] | None = None
    template: str = ""
    resources: list[dict[str, str]] = field(default_factory=list)

    def add(self, kind: str, row: dict[str, Json]) -> None:
        """Remember an object once."""
        item = {"name": row.get("name") or "", "id": row["id"], "type": kind}
        if item not in self.resources:
            self.resources.append(item)

    def headers(self) -> dict[str, str]:
        """Tell it as audit headers; the list is cut until it fits."""
        found: dict[str, str] = {}
        if self.person:
            found["X-Bt-Audit-User-Id"] = self.person["id"]
            if self.person.get("email"):
                found["X-Bt-Audit-User-Email"] = self.person["email"]
        if self.template:
            found["X-Bt-Audit-Normalized-Url"] = self.template
        resources = list(self.resources)
        while True:
            packed = gzip.compress(json.dumps(resources).encode(), 9, mtime=7)
            value = json.dumps({"p": base64.b64encode(packed).decode(), "v": 1})
            if len(value) < 6000:
                return {**found, "X-Bt-Audit-Resources": value}
            resources = resources[: len(resources) * 3 // 4]


def control_plane(
    method: str, path: str, *, body: bytes | None, headers: dict[str, str]
) -> tuple[int, str, bytes]:
    """Ask the control plane; a new connection every time."""
    connection = http.client.HTTPConnection(APP.hostname or "", APP.port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, APP.path + path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-type") or "text/plain", answer.read()
