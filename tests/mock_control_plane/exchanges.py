"""One request through a recorder, in this process: what was entered and what left, in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mock_control_plane.acknowledging import Acknowledgements
from mock_control_plane.bodies import Allowance
from mock_control_plane.entry import Principal
from mock_control_plane.faults import Faults
from mock_control_plane.recording import Recorder
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message

    from mock_control_plane.journal import Record

KEY = "sk-0123456789"
PROFILE = load_profile()
USAGE = PROFILE.rows["usage"].path
METRICS = PROFILE.rows["metrics"].path


@dataclass
class Exchange:
    """One request through a recorder: what was entered and what left, in the order it happened."""

    recorder_of: Any
    method: str = "POST"
    path: str = "/x"
    headers: Sequence[tuple[bytes, bytes]] = ()
    chunks: Sequence[bytes | None] = (b"",)
    leaves: bool = False
    leaves_after: int | None = None
    allowance: Allowance = field(default_factory=Allowance)
    events: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, record: Record) -> asyncio.Future[int]:
        """Enter a record as the journal would; it is durable a moment later."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[int] = loop.create_future()
        self.records.append(record)

        def settle() -> None:
            self.events.append("entered")
            done.set_result(len(self.records))

        loop.call_soon(loop.call_soon, settle)
        return done

    def principal_of(self, authorization: str | None) -> Principal:
        """Know one key, and note what was asked."""
        self.asked.append(authorization)
        return Principal("user", "ann") if authorization == f"Bearer {KEY}" else Principal("none")

    @property
    def transport(self) -> Any:
        """The connection, as far as a scripted answer ends it: what is done to it is an event."""
        return SimpleNamespace(
            close=lambda: self.end("closed"),
            abort=lambda: self.end("aborted"),
            get_extra_info=lambda _: SimpleNamespace(
                setsockopt=lambda *_: self.events.append("will reset")
            ),
        )

    def end(self, how: str) -> None:
        """End the connection."""
        self.events.append(how)
        self.ended.set()

    async def run(self) -> None:
        """Make the request; a chunk of None is a client that goes away."""
        self.ended = asyncio.Event()
        messages = [
            {"type": "http.disconnect"}
            if chunk is None
            else {"type": "http.request", "body": chunk, "more_body": more}
            for more, chunk in zip(
                [True] * (len(self.chunks) - 1) + [False], self.chunks, strict=True
            )
        ]

        async def receive() -> Message:
            if messages:
                return messages.pop(0)
            if not self.leaves:
                await self.ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.sent.append(message)
            size = len(message.get("body", b""))
            self.events.append(f"body {size}" if "status" not in message else "head")
            if len(self.sent) == self.leaves_after:
                self.ended.set()

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": self.method,
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"a=1&a=%20",
            "headers": list(self.headers),
            "transport": self.transport,
        }
        await self.recorder_of(self)(scope, receive, send)

    @property
    def record(self) -> Record:
        """The one record."""
        (record,) = self.records
        return record

    @property
    def status(self) -> int:
        """The status that was answered."""
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        """The body that was answered."""
        return b"".join(message.get("body", b"") for message in self.sent)


def exchange(app: ASGIApp, faults: Faults | None = None, **request: Any) -> Exchange:
    """Send one request through a recorder around this application."""

    def recorder_of(heard: Exchange) -> Recorder:
        return Recorder(
            app,
            heard,  # type: ignore[arg-type]
            realm="here",
            principal_of=heard.principal_of,
            acknowledgements=Acknowledgements(PROFILE),
            allowance=heard.allowance,
            faults=faults or Faults(),
        )

    heard = Exchange(recorder_of, **request)
    asyncio.run(heard.run())
    return heard
