"""One realm of a running mock, as a test sees and changes it from outside."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_control_plane.answers import (
    Answer,
    Destination,
    Key,
    Organization,
    Outbound,
    Provisioned,
    ServiceToken,
    User,
)
from mock_control_plane.asking import given
from mock_control_plane.entry import Entry
from mock_control_plane.sighting import Telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mock_control_plane.asking import Wire

PAGE = 1000
EVERYTHING = 1_000_000_000
UNIQUE = "\0unique"


class Realm:
    """One independent control plane of a mock: who exists in it, and what it heard.

    `url` is what a data plane is pointed at; `organization` is the ready-made one. Filters of
    `entries`, `count` and `wait_for`: method, path, path_prefix, principal (an id),
    principal_kind, classification ("telemetry" stands for all of its kinds), status, credential (a
    digest), since and until (wall seconds).
    """

    def __init__(self, wire: Wire, row: dict[str, Any]) -> None:
        self._wire = wire
        self.name: str = row["name"]
        self.url: str = row["url"]
        self.organization = Organization(**row["organization"])

    def __repr__(self) -> str:
        return f"Realm({self.name!r}, {self.url!r})"

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        return self._wire.ask(method, f"/realms/{self.name}{path}", **sent)

    def create_organization(
        self, name: str | None = None, *, id: str | None = None
    ) -> Organization:
        """Create an organisation; a name and an id are made up where none are given."""
        row = self._ask("POST", "/organizations", json=given(name=name, id=id))
        return Organization(**row)

    def organizations(self) -> list[Organization]:
        """Return every organisation, the ready-made one first."""
        rows = self._ask("GET", "/organizations")["organizations"]
        return [Organization(**row) for row in rows]

    def update_organization(
        self,
        organization_id: str,
        *,
        api_url: str | None = None,
        proxy_url: str | None = None,
        realtime_url: str | None = None,
        provision: bool = False,
    ) -> Organization:
        """Set the URLs that a login hands out; what is not given stays.

        With `provision`, the data plane at `api_url` is then given a service token, as when its
        URL is configured in production; `token_status` tells what came of it.
        """
        urls = given(api_url=api_url, proxy_url=proxy_url, realtime_url=realtime_url)
        changed = Organization(**self._ask("PATCH", f"/organizations/{organization_id}", json=urls))
        if provision:
            self.provision(organization_id)
        return changed

    def create_user(  # noqa: PLR0913 - a user has that many sides, all of them optional
        self,
        *,
        id: str | None = None,
        email: str | None = UNIQUE,
        given_name: str | None = None,
        family_name: str | None = None,
        organizations: Sequence[str] | None = None,
        role: str = "member",
    ) -> User:
        """Create a user of these organisations (ids; default: the ready-made one).

        A unique address is made up where `email` is not given; None makes a user without one.
        The role "owner" is explicit ownership of these organisations: it may impersonate.
        """
        sent = given(id=id, given_name=given_name, family_name=family_name, role=role)
        if email != UNIQUE:
            sent["email"] = email
        if organizations is not None:
            sent["organizations"] = list(organizations)
        return User(**self._ask("POST", "/users", json=sent))

    def create_key(self, user_id: str) -> Key:
        """Issue an API key; its secret is in the answer and nowhere else."""
        return Key(**self._ask("POST", "/keys", json={"user_id": user_id}))

    def revoke_key(self, key_id: str) -> None:
        """Make a key invalid from now on."""
        self._ask("DELETE", f"/keys/{key_id}")

    def create_service_token(
        self,
        name: str,
        *,
        organization_id: str | None = None,
        rights: Sequence[str] = ("read projects",),
    ) -> ServiceToken:
        """Issue a service token of an organisation (default: the ready-made one)."""
        sent = given(name=name, organization_id=organization_id) | {"rights": list(rights)}
        return ServiceToken(**self._ask("POST", "/service-tokens", json=sent))

    def revoke_service_token(self, token_id: str) -> None:
        """Make a service token invalid from now on."""
        self._ask("DELETE", f"/service-tokens/{token_id}")

    def provision(self, organization_id: str | None = None) -> Provisioned:
        """Make a service token and hand it to the organisation's data plane: create or refresh.

        Tokens of before stay valid until they are revoked.
        """
        sent = given(organization_id=organization_id)
        return Provisioned(**self._ask("POST", "/provisioned", json=sent))

    def token_status(self, organization_id: str | None = None) -> Provisioned | None:
        """Return the token that was provisioned last, None if there is none or it was revoked."""
        query = given(organization_id=organization_id)
        row = self._ask("GET", "/provisioned", query=query)["provisioned"]
        return None if row is None else Provisioned(**row)

    def outbound(self) -> list[Outbound]:
        """Return every call that the control plane itself made, in order."""
        return [Outbound(**row) for row in self._ask("GET", "/outbound")["outbound"]]

    def open_egress(self, allowed: Mapping[str, Sequence[str]] | None = None) -> str:
        """Open the forward proxy of this realm's data plane; return its URL, for HTTP_PROXY.

        Only the machine of the mock can use it.
        It lets through the hosts that are `allowed`, in lists by the name of what allows them, and
        refuses all others; without, it lets everything through. A host is a name, *.name, address
        or network, each with or without :port. Asked again, the same proxy lets these through.
        """
        groups = None if allowed is None else {name: list(one) for name, one in allowed.items()}
        return str(self._ask("PUT", "/egress", json={"allowed": groups})["url"])

    def destinations(self) -> list[Destination]:
        """Return where the data plane connected through its forward proxy, or wanted to."""
        rows = self._ask("GET", "/egress")["destinations"]
        return [Destination(**row) for row in rows]

    def script(
        self,
        path: str,
        answer: Answer,
        *,
        method: str | None = None,
        times: int | None = None,
        principal: str | None = None,
    ) -> str:
        """Answer requests to exactly this path like this, and return the id of the script.

        Only those of a method or of a principal (an id) where one is given, and only so many times.
        The script that was made first wins. Entries of such requests have the fault "scripted".
        """
        wish = given(path=path, method=method, times=times, principal=principal)
        made = self._ask("POST", "/scripts", json=wish | {"answer": answer.to_json()})
        return str(made["id"])

    def unscript(self, script_id: str) -> None:
        """Take a script back; what it keeps waiting goes on waiting."""
        self._ask("DELETE", f"/scripts/{script_id}")

    def put(self, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Store an object as it is given, unchecked, and return its row.

        What is not given is made up: `id`, `created`, a name, the ready-made organisation. What
        lies in a project, a dataset or another object needs that one's id. An object of the same
        id is replaced.
        """
        return dict(self._ask("PUT", f"/objects/{kind}", json=dict(row)))

    def patch(self, kind: str, id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Set fields of an object, unchecked, and return its row."""
        return dict(self._ask("PATCH", f"/objects/{kind}/{id}", json=dict(fields)))

    def objects(self, kind: str, **filters: Any) -> list[dict[str, Any]]:
        """Return the objects with these fields, oldest first; deleted ones have `deleted_at`."""
        query = {"where": json.dumps(filters)}
        return list(self._ask("GET", f"/objects/{kind}", query=query)["objects"])

    def set_policy(
        self, project_id: str, object_type: str, retention_days: float
    ) -> dict[str, Any]:
        """Say how long a project keeps project_logs, experiment or dataset; return the automation.

        A policy of that project and type is changed, and not added to.
        """
        sent = {"object_type": object_type, "retention_days": retention_days}
        return dict(self._ask("POST", f"/policies/{project_id}", json=sent))

    def remove_policy(self, project_id: str, object_type: str) -> None:
        """Take the policy of a project and type back."""
        self._ask("DELETE", f"/policies/{project_id}/{object_type}")

    def delete(self) -> None:
        """Close the realm: its port is free; what it heard can still be read."""
        self._ask("DELETE", "")

    def position(self) -> int:
        """Return the number of this realm's newest entry, 0 if there is none."""
        return int(self._ask("GET", "/position")["position"])

    def entries(self, *, after: int = 0, limit: int = PAGE, **filters: str | float) -> list[Entry]:
        """Return entries later than `after`, ascending, at most `limit`."""
        found: list[Entry] = []
        more = True
        while more and len(found) < limit:
            query = {"after": after, "limit": limit - len(found), **filters}
            answer = self._ask("GET", "/entries", query=query)
            found += _entries(answer)
            more = answer["more"] and bool(found)
            after = found[-1].seq if found else after
        return found

    def telemetry(
        self, *, after: int = 0, kind: str | None = None, limit: int = PAGE, **filters: str | float
    ) -> list[Telemetry]:
        """Return what carried telemetry, decoded: later than `after`, ascending, at most `limit`.

        `kind` is one of the six, or "unknown" for telemetry that nothing tells the kind of.
        """
        found: list[Telemetry] = []
        more = True
        while more and len(found) < limit:
            query = given(after=after, kind=kind, limit=limit - len(found)) | filters
            answer = self._ask("GET", "/telemetry", query=query)
            found += [Telemetry.from_json(row) for row in answer["telemetry"]]
            more = answer["more"] and bool(found)
            after = found[-1].entry.seq if found else after
        return found

    def count(self, *, after: int = 0, **filters: str | float) -> int:
        """Return how many entries are later than `after` and match."""
        return int(self._ask("GET", "/count", query={"after": after, **filters})["count"])

    def wait_for(
        self, *, deadline: float, after: int = 0, count: int = 1, **filters: str | float
    ) -> list[Entry]:
        """Return once `count` entries match; when `deadline` seconds have passed, what there is."""
        query = {"after": after, "count": count, "deadline": deadline, **filters}
        return _entries(self._ask("GET", "/wait", query=query, patience=deadline))

    @contextmanager
    def watch(self) -> Iterator[Watch]:
        """Open a window on what comes from now on."""
        yield Watch(self, self.position())


@dataclass(frozen=True, slots=True)
class Watch:
    """What a realm has heard since the window was opened."""

    realm: Realm
    after: int

    def entries(self, **filters: str | float) -> list[Entry]:
        """Return all entries since the window was opened that match, ascending."""
        return self.realm.entries(after=self.after, limit=EVERYTHING, **filters)

    def wait_for(self, *, deadline: float, count: int = 1, **filters: str | float) -> list[Entry]:
        """Return once `count` entries match; when `deadline` seconds have passed, what there is."""
        return self.realm.wait_for(deadline=deadline, after=self.after, count=count, **filters)


def _entries(answer: dict[str, Any]) -> list[Entry]:
    return [Entry.from_json(row) for row in answer["entries"]]
