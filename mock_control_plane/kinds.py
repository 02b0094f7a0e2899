"""The kinds of objects that a control plane keeps, and in what they differ: data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STAMPS: Final = ("created", "deleted_at", "user_id")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object.

    `parent` is what it lies in: an organization, a project, a dataset, or any `object` by
    `object_type` and `object_id`. `fields` are what a client may write, with their defaults.
    Two living objects of one parent never have equal `key` fields. `hidden` fields are kept and
    not shown. `generated` and `stamps` are what the control plane adds to a row.
    """

    name: str
    parent: str
    fields: Mapping[str, object] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    key: tuple[str, ...] = ("name",)
    stamps: tuple[str, ...] = STAMPS
    generated: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    default_name: str | None = None
    renames: bool = False

    @property
    def parent_field(self) -> str:
        """The field of a row that holds the id of its parent."""
        return "org_id" if self.parent == "organization" else f"{self.parent}_id"

    @property
    def named(self) -> bool:
        """Whether objects of this kind have a name."""
        return self.name != "acl"


# What the published descriptions say about a field, wherever it occurs.
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "base_exp_id": "uuid",
        "categories": "any",
        "color": "string",
        "commit": "string",
        "config": "object",
        "dataset_id": "uuid",
        "dataset_version": "string",
        "description": "string",
        "function_data": "object",
        "function_schema": "object",
        "function_type": "string",
        "group_id": "uuid",
        "internal_metadata": "object",
        "kind": "string",
        "member_groups": "array",
        "member_permissions": "array",
        "member_roles": "array",
        "member_users": "array",
        "metadata": "object",
        "object_id": "uuid",
        "object_type": "string",
        "options": "object",
        "origin": "object",
        "parameters_id": "uuid",
        "parameters_version": "string",
        "permission": "string",
        "position": "string",
        "post_message": "boolean",
        "prompt_data": "object",
        "public": "boolean",
        "repo_info": "object",
        "restrict_object_type": "string",
        "role_id": "uuid",
        "score_type": "string",
        "secret": "string",
        "settings": "object",
        "slug": "string",
        "tags": "array",
        "type": "string",
        "url": "string",
        "user_id": "uuid",
        "value": "string",
        "view_data": "object",
        "view_type": "string",
        "xact_id": "string",
    }
)


def _none(*names: str) -> dict[str, object]:
    return dict.fromkeys(names)


_IN_LOGS: Final = ("_xact_id", "log_id", "org_id")
_PROMPT_FIELDS: Final = ("slug", "description", "prompt_data", "tags", "metadata", "function_type")

_IN_ORGANIZATION: Final = (
    Kind("project", "organization", _none("description", "settings")),
    Kind("project_group", "organization", _none("description")),
    Kind(
        "role",
        "organization",
        _none("description", "member_permissions", "member_roles"),
    ),
    Kind("group", "organization", _none("description", "member_users", "member_groups")),
    Kind(
        "environment",
        "organization",
        _none("slug", "description"),
        required=("slug",),
        key=("slug",),
        stamps=("created", "deleted_at"),
    ),
    Kind(
        "org_automation",
        "organization",
        _none("description", "config"),
        required=("config",),
        stamps=("created", "user_id"),
    ),
    Kind(
        "ai_secret",
        "organization",
        _none("type", "metadata", "secret"),
        stamps=("created",),
        generated=("preview_secret", "updated_at"),
        hidden=frozenset({"secret"}),
    ),
)

_IN_PROJECT: Final = (
    Kind(
        "experiment",
        "project",
        {
            **_none("description", "repo_info", "commit", "base_exp_id", "dataset_id"),
            **_none("dataset_version", "internal_metadata", "parameters_id", "parameters_version"),
            "public": False,
            **_none("metadata", "tags"),
        },
        renames=True,
    ),
    Kind(
        "dataset",
        "project",
        _none("description", "tags", "metadata"),
        generated=("url_slug",),
        default_name="logs",
    ),
    Kind(
        "prompt",
        "project",
        _none(*_PROMPT_FIELDS),
        required=("slug",),
        key=("slug",),
        stamps=("created",),
        generated=_IN_LOGS,
    ),
    Kind(
        "function",
        "project",
        _none(*_PROMPT_FIELDS, "function_data", "origin", "function_schema"),
        required=("slug", "function_data"),
        key=("slug",),
        stamps=("created",),
        generated=_IN_LOGS,
    ),
    Kind(
        "project_automation",
        "project",
        _none("description", "config"),
        required=("config",),
        stamps=("created", "user_id"),
    ),
    Kind(
        "project_score",
        "project",
        _none("description", "score_type", "categories", "config", "position"),
        required=("score_type",),
        stamps=("created", "user_id"),
    ),
    Kind(
        "project_tag",
        "project",
        _none("description", "color", "position"),
        stamps=("created", "user_id"),
    ),
    Kind(
        "span_iframe",
        "project",
        {**_none("description", "url"), "post_message": False},
        required=("url",),
    ),
    Kind(
        "agent",
        "project",
        {**_none("description", "metadata"), "kind": "agent"},
        stamps=("created", "user_id"),
        generated=("slug",),
    ),
    Kind("mcp_server", "project", _none("description", "url"), required=("url",)),
    Kind("prompt_session", "project", _none("description"), generated=("org_id",)),
)

_GRANT: Final = ("user_id", "group_id", "permission", "restrict_object_type", "role_id")

_ELSEWHERE: Final = (
    Kind(
        "dataset_snapshot",
        "dataset",
        _none("description", "xact_id"),
        required=("xact_id",),
        stamps=("created",),
    ),
    Kind(
        "view",
        "object",
        _none("object_type", "view_type", "view_data", "options"),
        required=("view_type",),
        key=("object_type", "view_type", "name"),
    ),
    Kind(
        "env_var",
        "object",
        _none("object_type", "metadata", "value"),
        key=("object_type", "name"),
        stamps=("created",),
        generated=("secret_category", "used"),
        hidden=frozenset({"value"}),
    ),
    Kind(
        "acl",
        "object",
        _none("object_type", *_GRANT),
        key=("object_type", *_GRANT),
        stamps=("created",),
        generated=("_object_org_id",),
    ),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: kind for kind in (*_IN_ORGANIZATION, *_IN_PROJECT, *_ELSEWHERE)}
)

# Roles that every organisation has, under the same ids in every realm.
BUILT_IN_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Owner": "5e7d1c52-0a4f-4c0e-9b6a-0c1e6f0a0001",
        "Engineer": "5e7d1c52-0a4f-4c0e-9b6a-0c1e6f0a0002",
        "Viewer": "5e7d1c52-0a4f-4c0e-9b6a-0c1e6f0a0003",
    }
)
