"""The wire profile: which endpoint carries what, how sure that is, and how long things take.

Data in TOML (fixtures/wire), read into frozen values; `Profile.classify` says what a request is.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Basis = Literal["evidenced", "assumed", "confirmed"]
Site = Literal["control-plane", "data-plane"]
Format = Literal["json", "otlp"]

BASES = ("evidenced", "assumed", "confirmed")
SITES = ("control-plane", "data-plane")
FORMATS = ("json", "otlp")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
TELEMETRY = ("status", "metrics", "usage", "memprof", "logs", "traces")
CALLS = ("sysadmin", "token-store", "retention-run", "retention-lookup", "outbound-trigger")
SETTINGS = (
    "telemetry",
    "sysadmin_off",
    "app_url",
    "app_public_url",
    "outbound_max_requests",
    "outbound_window_minutes",
    "origins",
    "unsafe_urls",
    "token_secret",
    "primary_organization",
    "license",
)


class ProfileProblem(Exception):
    """A wire profile cannot be used; one sentence that names the file and what to correct."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path; `{name}` in it stands for one segment."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Row:
    """What one row of the profile says; times are in seconds, None where nothing is known."""

    name: str
    basis: Basis
    evidence: str
    at: Site
    endpoints: tuple[Endpoint, ...]
    format: Format = "json"
    credential: str | None = None
    interval: float | None = None
    grace: float = 0.0
    deadline: float | None = None

    @property
    def method(self) -> str:
        """The method of the first endpoint."""
        return self.endpoints[0].method

    @property
    def path(self) -> str:
        """The path of the first endpoint."""
        return self.endpoints[0].path


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that differ between implementations and belong to no row."""

    write_visible: float
    seen: float
    rate_window: float
    clock_apart: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A complete wire profile; `settings` gives the environment variables of each setting."""

    name: str
    timing: Timing
    rows: Mapping[str, Row]
    settings: Mapping[str, tuple[str, ...]]
    metadata: frozenset[str]

    @property
    def telemetry(self) -> tuple[Row, ...]:
        """The rows of the six kinds of telemetry."""
        return tuple(self.rows[kind] for kind in TELEMETRY)

    @property
    def assumed(self) -> tuple[Row, ...]:
        """The rows that nobody has confirmed or shown."""
        return tuple(row for row in self.rows.values() if row.basis == "assumed")

    def telemetry_kind(self, method: str, path: str) -> str | None:
        """Return the kind of telemetry that an endpoint is for, None if it is for none."""
        for row in self.telemetry:
            if any(method == each.method and path == each.path for each in row.endpoints):
                return row.name
        return None

    def classify(self, method: str, path: str) -> str:
        """Return what a request to the control plane is, by its method and path alone.

        One of login, metadata, provisioning, `telemetry:<kind>` and unknown.
        """
        if (kind := self.telemetry_kind(method, path)) is not None:
            return f"telemetry:{kind}"
        match path.split("/"):
            case ["", "api", "apikey", "login"]:
                return "login"
            case ["", "api", "service_token", _] | ["", "service-token", _]:
                return "provisioning"
            case ["", "api", kind] | ["", "api", kind, _] if kind in self.metadata:
                return "metadata"
        return "unknown"


def data() -> Path:
    """Return the folder of the shipped profiles, in an installed package as in a checkout."""
    package = Path(str(files("mock_control_plane")))
    inside = package / "_data" / "wire"
    return inside if inside.is_dir() else package.parent / "fixtures" / "wire"


def shipped() -> tuple[str, ...]:
    """Return the names of the shipped profiles."""
    return tuple(sorted(path.stem for path in data().glob("*.toml")))


def load_profile(name_or_path: str | Path = "braintrust") -> Profile:
    """Return a shipped profile by its name, or the one in a file; `ProfileProblem` if it is broken.

    A file may extend a shipped profile, or another file named relative to itself: its tables are
    laid over those of the other, key by key.
    """
    path = _locate(str(name_or_path), Path())
    return _Reader(path).profile(_layered(path, ()))


def _locate(name: str, folder: Path) -> Path:
    if name in shipped():
        return data() / f"{name}.toml"
    path = folder / name
    if path.is_file():
        return path
    raise ProfileProblem(
        f"there is no wire profile {name!r}; expected {' or '.join(shipped())},"
        " or the path of a TOML file"
    )


def _layered(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    if path.resolve() in above:
        raise ProfileProblem(f"{path}: the profile extends itself; remove one of its `extends`")
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ProfileProblem(f"{path}: the wire profile cannot be read: {problem}") from None
    base = table.pop("extends", None)
    if base is None:
        return table
    if not isinstance(base, str):
        raise ProfileProblem(f"{path}: `extends` is {base!r}; expected the name of a profile")
    below = _layered(_locate(base, path.parent), (*above, path.resolve()))
    return _laid_over(below, {"name": path.stem} | table)


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(value, dict) and isinstance(under, dict)
        merged[key] = _laid_over(under, value) if both else value  # type: ignore[arg-type]
    return merged


class _Reader:
    """Reads the tables of one file into values, and names the place of whatever is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def profile(self, table: dict[str, Any]) -> Profile:
        self.known(table, ("name", "timing", "settings", "metadata", "row"), "the profile")
        rows = self.table(table, "row", (*TELEMETRY, *CALLS))
        settings = self.table(table, "settings", SETTINGS)
        metadata = self.table(table, "metadata", ("kinds",))
        return Profile(
            name=self.text(table, "name", "the profile"),
            timing=self.timing(table),
            rows={name: self.row(name, rows) for name in (*TELEMETRY, *CALLS)},
            settings={name: self.texts(settings, name, "[settings]") for name in SETTINGS},
            metadata=frozenset(self.texts(metadata, "kinds", "[metadata]")),
        )

    def timing(self, table: dict[str, Any]) -> Timing:
        names = [each.name for each in fields(Timing)]
        timing = self.table(table, "timing", names)
        return Timing(**{name: self.seconds(timing, name, "[timing]") for name in names})

    def row(self, name: str, rows: dict[str, Any]) -> Row:
        where = f"[row.{name}]"
        table = self.table(rows, name)
        self.known(table, [each.name for each in fields(Row) if each.name != "name"], where)
        given: dict[str, Any] = {
            key: self.seconds(table, key, where)
            for key in ("interval", "grace", "deadline")
            if key in table
        }
        if "credential" in table:
            given["credential"] = self.text(table, "credential", where)
        for key, choices, default in (
            ("basis", BASES, None),
            ("at", SITES, None),
            ("format", FORMATS, "json"),
        ):
            given[key] = self.one_of(choices, table.get(key, default), f"{where} {key}")
        endpoints = self.texts(table, "endpoints", where)
        given["endpoints"] = tuple(self.endpoint(each, where) for each in endpoints)
        return Row(name=name, evidence=self.text(table, "evidence", where), **given)

    def endpoint(self, text: str, where: str) -> Endpoint:
        method, _, path = text.partition(" ")
        if method not in METHODS or not path.startswith("/"):
            raise self.problem(f"{where} has the endpoint {text!r}; expected one like 'POST /path'")
        return Endpoint(method, path)

    def known(self, table: dict[str, Any], names: Collection[str], where: str) -> None:
        for key in table:
            if key not in names:
                near = get_close_matches(key, names, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(names)}"
                raise self.problem(f"{where} has an unknown key {key!r}; {hint}")

    def table(
        self, table: dict[str, Any], key: str, complete: Collection[str] | None = None
    ) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.problem(f"{key} is {value!r}; expected a table")
        if complete is None:
            return value
        self.known(value, complete, f"[{key}]")
        if missing := [name for name in complete if name not in value]:
            raise self.problem(
                f"[{key}] lacks {', '.join(missing)};"
                ' add what is missing, or begin with extends = "braintrust"'
            )
        return value

    def text(self, table: dict[str, Any], key: str, where: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self.problem(f"{where} {key} is {value!r}; expected a text")
        return value

    def texts(self, table: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
        value = table.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(x, str) for x in value):
            raise self.problem(f"{where} {key} is {value!r}; expected a list of texts")
        return tuple(value)

    def seconds(self, table: dict[str, Any], key: str, where: str) -> float:
        value = table.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
            raise self.problem(f"{where} {key} is {value!r}; expected a number of seconds")
        return float(value)

    def one_of(self, choices: tuple[str, ...], value: object, where: str) -> str:
        if value not in choices:
            raise self.problem(f"{where} is {value!r}; expected {' or '.join(choices)}")
        return str(value)

    def problem(self, sentence: str) -> ProfileProblem:
        return ProfileProblem(f"{self.path}: {sentence}")
