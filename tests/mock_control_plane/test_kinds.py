"""The table of kinds says nothing that contradicts itself."""

from __future__ import annotations

from uuid import UUID

import pytest

from mock_control_plane.kinds import BUILT_IN_ROLES, KINDS, TYPES, Kind

EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


@EVERY_KIND
def test_fields_have_types(kind: Kind) -> None:
    """Everything that a client may write has a type that is checked."""
    assert set(kind.fields) <= set(TYPES)


@EVERY_KIND
def test_required_and_unique_fields_exist(kind: Kind) -> None:
    """What a kind requires, and what is unique in it, are fields that it has."""
    assert set(kind.required) <= set(kind.fields)
    assert set(kind.key) <= {"name", *kind.fields}


@EVERY_KIND
def test_parents_exist(kind: Kind) -> None:
    """A kind lies in an organisation, in any object, or in a kind that there is."""
    assert kind.parent in {"organization", "object", *KINDS}


def test_fields_of_a_row_do_not_clash() -> None:
    """No field of a row is written by a client and by the control plane."""
    for kind in KINDS.values():
        added = [*kind.stamps, *kind.generated]
        assert not set(kind.fields) & {"id", "name", kind.parent_field, *added}, kind.name


def test_built_in_roles_have_ids() -> None:
    """The roles that every organisation has are addressed like others."""
    assert {*BUILT_IN_ROLES} == {"Owner", "Engineer", "Viewer"}
    assert all(str(UUID(id)) == id for id in BUILT_IN_ROLES.values())
