"""serve(...): bind, start, ready by a deadline, stop. One thread and event loop for all realms."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from mock_control_plane.admin import Inspected
from mock_control_plane.inspection import Inspection
from mock_control_plane.journal import Journal
from mock_control_plane.keeping import WHOLE
from mock_control_plane.ports import Address, Ports, ServeProblem, is_loopback
from mock_control_plane.reading import Reader
from mock_control_plane.realms import DEFAULT, Order, Realms
from mock_control_plane.relaying import Relay
from mock_control_plane.upstream import Upstream, checked
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from mock_control_plane.identities import Key, Organization, User
    from mock_control_plane.wire import Profile

READY_WITHIN: Final = 20.0
STOP_WITHIN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Options:
    """What a mock is to be; without a journal's name it is kept in a folder that ends with it.

    With an `upstream` it is a relay, which keeps `bodies` whole, as digests or not at all.
    """

    address: Address = field(default_factory=Address)
    journal: Path | None = None
    token: str | None = field(default=None, repr=False)
    profile: str = "braintrust"
    organization: str | None = None
    upstream: str | None = None
    bodies: str = WHOLE


@dataclass(frozen=True, slots=True)
class Running:
    """A mock that is ready, with what is ready-made in its default realm.

    The token is None where the inspection API wants none; `alive` tells whether it still serves.
    Organisation, user and key mean nothing to the control plane that a relay forwards to.
    """

    url: str
    journal: Path
    token: str | None = field(repr=False)
    organization: Organization
    user: User
    key: Key
    alive: Callable[[], bool] = field(repr=False)


@contextmanager
def serve(options: Options) -> Iterator[Running]:
    """Run a mock in a thread of its own; it is ready inside, and gone after.

    Raises `ServeProblem`, `JournalProblem`, `ProfileProblem`, `DirectoryProblem` or
    `UpstreamProblem`, one sentence each. On anything but loopback there is always a token: one is
    made where none is given.
    """
    profile = load_profile(options.profile)
    options.address.check_certificate()
    if options.upstream is not None:
        checked(options.upstream)
    with _journal(options.journal) as journal, options.address.bind() as taken:
        token = options.token
        if token is None and not is_loopback(taken):
            token = secrets.token_urlsafe(24)
        mock = _Mock(options, profile, journal, taken, token)
        mock.start()
        try:
            yield mock.running()
        finally:
            mock.stop()


@contextmanager
def _journal(named: Path | None) -> Iterator[Path]:
    if named is not None:
        yield named.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="mock-control-plane-") as folder:
        yield Path(folder) / "journal.sqlite"


class _Mock(Thread):
    """The thread of the event loop; what ends it before it is ready comes out of `running`."""

    def __init__(
        self,
        options: Options,
        profile: Profile,
        journal: Path,
        taken: socket.socket,
        token: str | None,
    ) -> None:
        super().__init__(name="mock-control-plane", daemon=True)
        self.options = options
        self.profile = profile
        self.journal = journal
        self.taken = taken
        self.token = token
        self.ready: Future[Running] = Future()
        self.loop = new_loop()
        self.task: asyncio.Task[None] | None = None
        self.upstream: Upstream | None = None

    def run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(self.main())
        except asyncio.CancelledError:
            return
        except BaseException as problem:
            if self.ready.done():
                raise
            self.ready.set_exception(problem)

    async def main(self) -> None:
        self.task = asyncio.current_task()
        journal = Journal(self.journal)
        relays = self.options.upstream is not None
        ports = Ports(self.options.address, self.taken, signed=not relays)
        realms = Realms(journal, self.profile, ports)
        try:
            self.ready.set_result(await self.opened(realms))
            await asyncio.Event().wait()  # until it is stopped, by cancellation
        finally:
            journal.retire()
            realms.end()
            await ports.close()
            if self.upstream is not None:
                await self.upstream.close()
            await journal.close()

    async def opened(self, realms: Realms) -> Running:
        url = self.options.address.main_url(self.taken)
        reader = Reader(self.journal, self.profile)
        options = self.options
        inspection = Inspection(url, realms, reader, self.token, options.upstream, options.bodies)
        order = Order(name=DEFAULT, organization=options.organization)
        realm = await realms.create(
            order, front=lambda app: Inspected(self.answering(app, realms.journal), inspection)
        )
        user = realm.directory.create_user()
        return Running(
            url=url,
            journal=self.journal,
            token=self.token,
            organization=realm.directory.organization,
            user=user,
            key=realm.directory.create_key(user.id),
            alive=self.is_alive,
        )

    def answering(self, app: ASGIApp, journal: Journal) -> ASGIApp:
        """Return what answers in the default realm: its own application, or a relay."""
        if self.options.upstream is None:
            return app
        self.upstream = Upstream(self.options.upstream)
        return Relay(self.upstream, journal, DEFAULT, self.options.bodies)

    def running(self) -> Running:
        try:
            return self.ready.result(READY_WITHIN)
        except TimeoutError:
            raise ServeProblem(
                f"the mock control plane was not ready within {READY_WITHIN:g} seconds;"
                " the machine may be overloaded: start it again"
            ) from None

    def stop(self) -> None:
        if self.is_alive() and self.task is not None:
            self.loop.call_soon_threadsafe(self.task.cancel)
        self.join(STOP_WITHIN)


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the fastest event loop that there is on this platform."""
    try:
        import uvloop  # not there on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
