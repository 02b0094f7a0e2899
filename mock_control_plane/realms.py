"""Realms: independent control planes in one process, each with its own people, objects and port.

How a port is opened is `server`; who may open one over HTTP is `admin`.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from mock_control_plane.acknowledging import Acknowledgements
from mock_control_plane.app import World, create_app
from mock_control_plane.bodies import Allowance
from mock_control_plane.directory import Directory
from mock_control_plane.egress import Egress
from mock_control_plane.faults import Faults
from mock_control_plane.objects import Objects
from mock_control_plane.provisioning import Provisioning
from mock_control_plane.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.types import ASGIApp

    from mock_control_plane.egress import Serve
    from mock_control_plane.hosts import Hosts
    from mock_control_plane.journal import Journal
    from mock_control_plane.wire import Profile

DEFAULT: Final = "default"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class RealmProblem(ValueError):
    """A realm cannot be made as it was asked for; one sentence."""


class UnknownRealm(RealmProblem):
    """There is no realm of that name."""


@dataclass(frozen=True, slots=True)
class Realm:
    """One control plane: who and what exists in it, how it misbehaves, and where it listens."""

    name: str
    url: str
    directory: Directory
    objects: Objects
    faults: Faults
    provisioning: Provisioning
    egress: Egress


@dataclass(frozen=True, slots=True)
class Order:
    """What a new realm is to be; what is None is made up.

    `host` is the name under which its data plane reaches this machine.
    """

    name: str | None = None
    organization: str | None = None
    organization_id: str | None = None
    host: str | None = None


class Listening(Protocol):
    """What opens a port and gives its URL, and shuts the port of a URL."""

    async def open(self, app: ASGIApp, host: str | None = None) -> str:
        """Serve an application, to a data plane that reaches this machine under that name."""
        ...

    async def open_stream(self, serve: Serve) -> str:
        """Serve connections of this machine as they come."""
        ...

    async def shut(self, url: str) -> None:
        """Stop to listen."""
        ...


class Realms:
    """Every realm of a process, over one journal. Belongs to the thread of the event loop."""

    def __init__(self, journal: Journal, profile: Profile, listening: Listening) -> None:
        self.journal = journal
        self.profile = profile
        self._listening = listening
        self._egress: dict[str, str] = {}
        self._closed: set[str] = set()
        self._realms: dict[str, Realm] = {}
        self._acknowledgements = Acknowledgements(profile)
        self._allowance = Allowance()

    def __iter__(self) -> Iterator[Realm]:
        return iter([each for each in self._realms.values() if each.name not in self._closed])

    def get(self, name: str) -> Realm:
        """Return a realm by its name, also a closed one: what it heard can still be asked."""
        if name not in self._realms:
            raise UnknownRealm(
                f"there is no realm {name!r}; there is {', '.join(self._realms)}:"
                " create it first (the realms of a mock end with its process)"
            )
        return self._realms[name]

    async def create(
        self, order: Order, front: Callable[[ASGIApp], ASGIApp] = lambda app: app
    ) -> Realm:
        """Open a new realm; it listens when this returns. `front` is put before its recorder."""
        name = order.name or f"realm-{secrets.token_hex(4)}"
        if not NAME.fullmatch(name):
            raise RealmProblem(
                f"{name!r} cannot be the name of a realm; expected at most 64 letters, digits,"
                " dots, dashes and underscores"
            )
        if name in self._realms:
            raise RealmProblem(f"there is a realm {name!r} already; give another name")
        directory = Directory(order.organization, organization_id=order.organization_id)
        objects, faults = Objects(), Faults()
        app = create_app(World(directory, objects, self.profile))
        recorder = Recorder(
            app,
            self.journal,
            realm=name,
            principal_of=directory.principal_of,
            acknowledgements=self._acknowledgements,
            allowance=self._allowance,
            faults=faults,
        )
        url = await self._listening.open(front(recorder), order.host)
        provisioning = Provisioning(directory, self.profile)
        realm = Realm(name, url, directory, objects, faults, provisioning, Egress())
        self._realms[name] = realm
        return realm

    async def open_egress(self, name: str, allowed: Mapping[str, Hosts] | None) -> str:
        """Open the forward proxy of a realm's data plane, and say what it lets through from now on.

        Return its URL. A realm has one, for this machine only: whoever uses it reaches what the
        machine reaches.
        """
        realm = self.get(name)
        if name in self._closed:
            raise RealmProblem(f"the realm {name!r} is closed; open a proxy of another one")
        realm.egress.allowed = allowed
        if name not in self._egress:
            self._egress[name] = await self._listening.open_stream(realm.egress.serve)
        return self._egress[name]

    async def close(self, name: str) -> None:
        """Free the port of a realm; its name stays taken, as its part of the journal stays."""
        realm = self.get(name)
        if name == DEFAULT:
            raise RealmProblem(
                f"the realm {DEFAULT!r} has the main port and ends with the mock itself;"
                " stop that instead"
            )
        if name not in self._closed:
            self._closed.add(name)
            realm.faults.end()
            realm.egress.end()
            await self._listening.shut(realm.url)
            if name in self._egress:
                await self._listening.shut(self._egress[name])

    def end(self) -> None:
        """Let nobody wait any longer for what a script keeps back, or pass through a proxy."""
        for realm in self._realms.values():
            realm.faults.end()
            realm.egress.end()
