"""Who is calling: the control plane says so, and its word holds for some seconds."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

from conformance.reference.caller import Caller, Credentials, Organization
from conformance.reference.control_plane import IMPERSONATE, field, rows
from conformance.reference.problems import Forbidden, Limited, Relayed, Unauthenticated

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from conformance.reference.control_plane import ControlPlane

REMEMBERED = 20_000
_TOKEN = re.compile(r"[!-~]+")
_VALUE = re.compile(r"[!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?")


class Authentication:
    """Verifies credentials; an unknown key costs one call, many requests at once share it.

    Where the limiter does not let the control plane be asked again, its last word holds for some
    seconds of grace: a budget that is spent outside refuses nothing that is served here.
    """

    def __init__(self, seconds: float, grace: float = 0.0) -> None:
        self._seconds = seconds
        self._grace = grace
        self._known: dict[str, tuple[float, Caller]] = {}
        self._asking: dict[str, asyncio.Task[Caller]] = {}

    def credentials(self, headers: Headers) -> Credentials:
        """Return what the request presents; raise `Unauthenticated` if that is no bearer token."""
        scheme, _, token = headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token.strip()):
            raise Unauthenticated("Missing or malformed Authorization header; send Bearer <key>")
        impersonated = headers.get(IMPERSONATE)
        if impersonated is not None and not _VALUE.fullmatch(impersonated.strip()):
            raise Forbidden(f"{IMPERSONATE} names nobody")
        return Credentials(token.strip(), impersonated.strip() if impersonated else None)

    async def authenticate(self, control_plane: ControlPlane, headers: Headers) -> Caller:
        """Return the caller, or raise `Unauthenticated`, `Forbidden` or another problem."""
        credentials = self.credentials(headers)
        digest = credentials.digest
        known = self.recall(digest)
        if known is not None:
            return known
        try:
            return await self._verify_once(control_plane, credentials, digest)
        except Limited:
            last = self.last_word(digest)
            if last is None:
                raise
            return last

    def recall(self, digest: str) -> Caller | None:
        """Return the caller whose credentials were verified a short while ago."""
        until, caller = self._known.get(digest, (0.0, None))
        return caller if until > time.monotonic() else None

    def last_word(self, digest: str) -> Caller | None:
        """Return the caller whose credentials were verified not too long ago."""
        until, caller = self._known.get(digest, (0.0, None))
        return caller if until + self._grace > time.monotonic() else None

    def remember(self, caller: Caller) -> None:
        """Keep a verified caller for as long as the settings allow."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[caller.digest] = (time.monotonic() + self._seconds, caller)

    async def verify(self, control_plane: ControlPlane, credentials: Credentials) -> Caller:
        """Ask the control plane whose credentials these are."""
        try:
            answer = await control_plane.ask(credentials, "/api/self/me", {})
        except Relayed as refusal:
            if refusal.status == 401:
                raise Unauthenticated(refusal.message) from refusal
            if refusal.status == 403:
                raise Forbidden(refusal.message) from refusal
            raise
        return self.caller(answer, credentials)

    def caller(self, answer: object, credentials: Credentials) -> Caller:
        """Return the person that the control plane's answer describes."""
        email = answer.get("email") if isinstance(answer, dict) else None
        return Caller(
            user_id=field(answer, "id", str),
            email=email if isinstance(email, str) else None,
            organizations=tuple(
                Organization(field(each, "id", str), field(each, "name", str))
                for each in rows(field(answer, "organizations", list))
            ),
            credentials=credentials,
            digest=credentials.digest,
        )

    async def _verify_once(
        self, control_plane: ControlPlane, credentials: Credentials, digest: str
    ) -> Caller:
        task = self._asking.get(digest)
        if task is None:
            task = asyncio.create_task(self.verify(control_plane, credentials))
            self._asking[digest] = task
            task.add_done_callback(lambda done: self._settle(digest, done))
        return await asyncio.shield(task)

    def _settle(self, digest: str, task: asyncio.Task[Caller]) -> None:
        del self._asking[digest]
        if not task.cancelled() and task.exception() is None:
            self.remember(task.result())
