"""Providers' keys of the caller's organisations: the one place where a stored secret is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_control_plane.routes import scope
from mock_control_plane.routes.refusal import invalid, wrong_type
from mock_control_plane.routes.validation import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_control_plane.objects import Record
    from mock_control_plane.routes.call import Call


def secrets(call: Call) -> list[dict[str, object]]:
    """List the keys; with the mode `full` as they are, otherwise as a preview."""
    named = scope.named_organization(call)
    organizations = call.user.organizations if named is None else (named.id,)
    types = call.fields.get("types")
    if types is not None and not isinstance(types, list):
        raise invalid([wrong_type("types", "array", types)])
    model = text(call.fields, "model")
    full = text(call.fields, "mode") == "full"
    return [
        _shown(call, record, full=full)
        for record in call.world.objects.select("ai_secret", organizations)
        if (types is None or record.row["type"] in types) and _serves(record.row, model)
    ]


def _serves(row: Mapping[str, object], model: str | None) -> bool:
    metadata = row["metadata"]
    models = metadata.get("models") if isinstance(metadata, dict) else None
    return model is None or not isinstance(models, list) or model in models


def _shown(call: Call, record: Record, *, full: bool) -> dict[str, object]:
    organization = call.world.directory.organizations[record.parent.organization_id or ""]
    row = record.row
    return {
        "id": row["id"],
        "org_name": organization.name,
        "name": row["name"],
        "type": row["type"],
        "metadata": row["metadata"],
        "updated_at": row["updated_at"],
        **({"secret": row["secret"]} if full else {"preview_secret": row["preview_secret"]}),
    }
