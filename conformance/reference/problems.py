"""Why a request is not served. What a client sees of it is decided by `answers`, not here."""

from __future__ import annotations


class Problem(Exception):
    """The request ends here, with a status and a sentence for the client."""

    status = 400

    def __init__(self, message: str, *, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers


class BadRequest(Problem):
    """The request itself is wrong: its body, its query, an id that is none."""


class Unauthenticated(Problem):
    """No key, or none that the control plane knows."""

    status = 401


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = 403


class Missing(Problem):
    """There is no such object for this caller, be it foreign, deleted or never made."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"Missing read access to {kind} id {id}, or the {kind} does not exist")
        self.kind = kind
        self.id = id


class NoSuchRoute(Problem):
    """Nothing is served under this path."""

    status = 404


class NoSuchToken(Problem):
    """No service token has this name."""

    status = 404


class WrongMethod(Problem):
    """The path is served, with other methods."""

    status = 405


class Relayed(Problem):
    """The control plane refused; its status and its text are passed on as they are."""

    def __init__(
        self, status: int, message: str, *, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message, headers=headers)
        self.status = status


class Limited(Problem):
    """The token has used up what it may cause outside; it may try again after some seconds."""

    status = 429

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message, headers=(("retry-after", str(seconds)),))
        self.seconds = seconds


class Broken(Problem):
    """The data plane itself failed."""

    status = 500


class ControlPlaneAway(Problem):
    """The control plane cannot be reached, or answers what cannot be understood."""

    status = 502
