"""The kinds of objects and their fields: data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: its fields beside the name, and what a list of it can be filtered by.

    One that is `replaceable` is created or replaced by PUT.
    """

    name: str
    fields: tuple[str, ...]
    filters: tuple[str, ...]
    says_found_existing: bool = False
    replaceable: bool = False
    default_limit: int | None = None


PROJECT = Kind("project", ("description", "settings"), ("org_name",), says_found_existing=True)
EXPERIMENT = Kind(
    "experiment",
    (
        *("description", "repo_info", "commit", "base_exp_id", "dataset_id", "dataset_version"),
        *("internal_metadata", "parameters_id", "parameters_version", "public", "metadata", "tags"),
        "ancestor_commits",
    ),
    ("project_name", "project_id", "org_name"),
    default_limit=1000,
)
DATASET = Kind(
    "dataset",
    ("description", "metadata", "tags"),
    ("project_name", "project_id", "org_name"),
    says_found_existing=True,
)
PROJECT_AUTOMATION = Kind(
    "project_automation",
    ("description", "config"),
    ("project_name", "project_id", "org_name"),
    replaceable=True,
)

_PROMPT_FIELDS = ("description", "prompt_data", "tags", "metadata", "function_type")
PROMPT = Kind("prompt", _PROMPT_FIELDS, ("project_name", "project_id", "org_name"))
FUNCTION = Kind(
    "function",
    (*_PROMPT_FIELDS, "function_data", "origin", "function_schema"),
    ("project_name", "project_id", "org_name"),
)
