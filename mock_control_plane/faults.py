"""Faults: scripted answers of one realm, which requests they are for, and how often.

How one is sent, or not sent, is `performing`.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope

    from mock_control_plane.answers import Answer
    from mock_control_plane.entry import Principal
    from mock_control_plane.performing import Line

SCRIPTED: Final = "scripted"
"""The name of the fault in entries of requests that a script answered."""

HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class UnusableScript(ValueError):
    """A scripted answer cannot be given as it was asked for; one sentence."""


class UnknownScript(ValueError):
    """There is no scripted answer of this id in the realm."""


@dataclass(slots=True)
class Script:
    """An answer, and the requests that get it; `left` is how many more, None for all.

    `path` is as it stands in the request line, without the query.
    """

    id: str
    path: str
    answer: Answer
    method: str | None = None
    principal: str | None = None
    left: int | None = None


class Faults:
    """The scripts of a realm, the oldest first. Belongs to the thread of the event loop."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.lines: set[Line] = set()
        self._count = itertools.count(1)

    def add(
        self,
        path: str,
        answer: Answer,
        *,
        method: str | None = None,
        times: int | None = None,
        principal: str | None = None,
    ) -> Script:
        """Answer requests to exactly this path in this way from now on."""
        if not path.startswith("/") or "?" in path:
            raise UnusableScript(f"the path {path!r} is none; expected one like /api/project/get")
        if times is not None and times < 1:
            raise UnusableScript(f"times is {times}; expected at least 1, or nothing for all")
        check(answer)
        id = f"script-{next(self._count)}"
        script = Script(id, path, answer, method and method.upper(), principal, times)
        self.scripts.append(script)
        return script

    def remove(self, id: str) -> None:
        """Forget a script, used up or not."""
        script = next((each for each in self.scripts if each.id == id), None)
        if script is None:
            raise UnknownScript(
                f"there is no script {id!r} in this realm, which has {len(self.scripts)};"
                " give an id that `script` returned, once"
            )
        self.scripts.remove(script)

    def take(self, scope: Scope, principal: Callable[[], Principal]) -> Answer | None:
        """Return what a request is to be answered with, and count it; None for no script."""
        path = scope["raw_path"].decode("latin-1")
        for script in self.scripts:
            if script.path != path or script.left == 0:
                continue
            if script.method not in (None, scope["method"]):
                continue
            if script.principal is not None and script.principal != principal().id:
                continue
            if script.left is not None:
                script.left -= 1
            return script.answer
        return None

    def end(self) -> None:
        """Forget every script, and drop the connections that are kept waiting by one."""
        self.scripts.clear()
        for line in self.lines:
            line.drop()


def check(answer: Answer) -> None:
    """Raise `UnusableScript` for an answer that HTTP cannot carry, or that contradicts itself."""
    if not 200 <= answer.status <= 599:
        raise UnusableScript(f"the status is {answer.status}; expected one between 200 and 599")
    for seconds in (answer.delay, answer.drip):
        if not (math.isfinite(seconds) and seconds >= 0):
            raise UnusableScript(f"a delay of {seconds} is none; expected seconds, at least 0")
    if answer.cut is not None and answer.cut < 0:
        raise UnusableScript(f"cut is {answer.cut}; expected a number of bytes, at least 0")
    if answer.never + answer.reset + answer.through > 1:
        raise UnusableScript("never, reset and through exclude each other; choose one of them")
    for name, value in answer.headers:
        _check_header(name, value)


def _check_header(name: str, value: str) -> None:
    if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
        raise UnusableScript(f"no header can be {name!r} with {value[:40]!r}; expected Latin text")
    if name.lower() == "content-length":
        raise UnusableScript(
            "the content-length follows from the body; to break its promise, give `cut`"
        )
