"""What the fields of a request must look like: small checks by hand, all issues in one refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mock_control_plane.kinds import TYPES, Kind
from mock_control_plane.routes.refusal import absent, custom, invalid, not_a_uuid, wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_CLASSES: Final = {"string": str, "boolean": bool, "object": dict, "array": list}
_RETAINED: Final = ("project_logs", "experiment", "dataset")


def is_uuid(value: object) -> bool:
    """Tell whether a value is an id."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def text(fields: Mapping[str, object], name: str) -> str | None:
    """Read an optional string; null is as good as absent."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid([wrong_type(name, "string", value)])
    return value


def identifier(fields: Mapping[str, object], *names: str) -> str | None:
    """Read an optional id under the first of these names that is given."""
    for name in names:
        value = text(fields, name)
        if value is not None:
            if not is_uuid(value):
                raise invalid([not_a_uuid(name)])
            return value.lower()
    return None


def required_identifier(fields: Mapping[str, object], *names: str) -> str:
    """Read an id that must be given, under the first of these names."""
    value = identifier(fields, *names)
    if value is None:
        raise invalid([absent(names[0])])
    return value


def identifiers(fields: Mapping[str, object], *names: str) -> list[str] | None:
    """Read an optional list of ids; a single one counts as a list of one."""
    name = next((name for name in names if fields.get(name) is not None), None)
    if name is None:
        return None
    value = fields[name]
    values = value if isinstance(value, list) else [value]
    if not all(is_uuid(each) for each in values):
        raise invalid([not_a_uuid(name)])
    return [str(each).lower() for each in values]


def name_of(kind: Kind, fields: Mapping[str, object]) -> str | None:
    """Read the name of an object, given as `<kind>_name` or as `name`."""
    for field in (f"{kind.name}_name", "name"):
        name = text(fields, field)
        if name == "":
            raise invalid([custom(field, "String must contain at least 1 character(s)")])
        if name is not None:
            return name
    return None


def writable(kind: Kind, fields: Mapping[str, object], *, complete: bool) -> dict[str, object]:
    """Pick what a client may write, checked; `complete` asks for what a new object needs."""
    given = {name: fields[name] for name in kind.fields if fields.get(name) is not None}
    issues = [issue for name, value in given.items() if (issue := _issue(name, value))]
    if complete:
        issues += [absent(name, _expected(name)) for name in kind.required if name not in given]
    name = None
    if kind.named:
        name = name_of(kind, fields) or (kind.default_name if complete else None)
    if complete and kind.named and name is None:
        issues.append(absent(f"{kind.name}_name"))
    if not issues and "config" in given and (wrong := _config_issue(kind, given["config"])):
        issues.append(wrong)
    if issues:
        raise invalid(issues)
    checked = {name: _canonical(name, value) for name, value in given.items()}
    return checked if name is None else {"name": name, **checked}


def _expected(name: str) -> str:
    return TYPES[name] if TYPES[name] in _CLASSES else "string"


def _issue(name: str, value: object) -> dict[str, object] | None:
    expected = TYPES[name]
    if expected == "any":
        return None
    if expected == "uuid":
        return None if is_uuid(value) else not_a_uuid(name)
    return None if isinstance(value, _CLASSES[expected]) else wrong_type(name, expected, value)


def _canonical(name: str, value: object) -> object:
    return str(value).lower() if TYPES[name] == "uuid" else value


def _config_issue(kind: Kind, config: object) -> dict[str, object] | None:
    if not kind.name.endswith("_automation") or not isinstance(config, dict):
        return None
    event = config.get("event_type")
    if not isinstance(event, str):
        return custom("config", "event_type must be a string that names a kind of automation")
    check = _CONFIG_CHECKS.get(event)
    return None if check is None else check(config)


def _retention_issue(config: Mapping[str, object]) -> dict[str, object] | None:
    days = config.get("retention_days")
    if config.get("object_type") not in _RETAINED:
        return custom("config", f"object_type must be one of {', '.join(_RETAINED)}")
    if isinstance(days, bool) or not isinstance(days, int | float) or days < 0:
        return custom("config", "retention_days must be a number that is not negative")
    return None


_CONFIG_CHECKS: Final[Mapping[str, Callable[[Mapping[str, object]], dict[str, object] | None]]] = {
    "retention": _retention_issue
}
