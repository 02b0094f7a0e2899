"""What service tokens may do: their rights, and what each of them covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mock_control_plane.identities import DirectoryProblem
from mock_control_plane.kinds import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

READ_PROJECTS: Final = "read projects"
RIGHTS: Final = (READ_PROJECTS,)


def checked(rights: Iterable[str]) -> frozenset[str]:
    """Return rights that exist; `DirectoryProblem` for any other."""
    given = frozenset(rights)
    if unknown := given.difference(RIGHTS):
        raise DirectoryProblem(
            f"there is no right {min(unknown)!r}; expected {' or '.join(RIGHTS)}, or none at all"
        )
    return given


def may_read(rights: frozenset[str], kind: Kind) -> bool:
    """Tell whether rights cover looking at objects of a kind: projects, and what lies in them."""
    return READ_PROJECTS in rights and _in_projects(kind)


def _in_projects(kind: Kind) -> bool:
    if kind.name == "project" or kind.parent == "project":
        return True
    return kind.parent in KINDS and _in_projects(KINDS[kind.parent])
