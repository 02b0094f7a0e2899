"""What a list of destinations says, and what accounts for each of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments import egress
from conformance.instruments.egress import BrokenLine, Contact

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {
    "BRAINTRUST_APP_PUBLIC_URL": "https://people.example.test",
    "WHITELISTED_ORIGINS": "https://page.example.test",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://Collector.example.test:4318/v1",
    "PROXY_URL": "https://user:secret@models.example.test",
    "BROKEN_URL": "https://[",
    "MANY_URLS": "https://a.example.test,https://b.example.test",
    "NAME": "models.example.test",
}
ACCOUNTS = egress.accounted("http://127.0.0.1:8700", ["db.internal", "10.0.0.0/8"], SETTINGS)


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("127.0.0.1", 8700, "control plane"),
        ("127.0.0.1", 8701, "own"),
        ("localhost", 1, "own"),
        ("::1", 1, "own"),
        ("braintrust.dev", 443, "allow list"),
        ("www.braintrust.dev", 443, "allow list"),
        ("api.braintrust.dev", 443, "other"),
        ("db.internal", 5432, "own"),
        ("10.9.8.7", 5432, "own"),
        ("collector.example.test", 4318, "configured"),
        ("collector.example.test", 4319, "other"),
        ("models.example.test", 443, "configured"),
        ("people.example.test", 443, "other"),
        ("page.example.test", 443, "other"),
    ],
)
def test_destination_has_its_class(host: str, port: int, expected: str) -> None:
    """The first that accounts for a destination is its class; shown URLs account for nothing."""
    assert egress.class_of(Contact(host, port), ACCOUNTS) == expected


def test_allow_list_is_the_one_of_the_guide() -> None:
    """The data that is delivered names the two hosts of the guide and no more."""
    assert set(egress.allow_list()) == {"www.braintrust.dev", "braintrust.dev"}


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://example.test/x", "example.test:443"),
        ("http://Example.test:81", "example.test:81"),
        ("http://[::1]", "[::1]:80"),
    ],
)
def test_url_has_a_place(url: str, place: str) -> None:
    """Host and port are those that are connected to."""
    assert egress.place_of(url) == place


@pytest.mark.parametrize("url", ["", "example.test", "ftp://example.test", "http://"])
def test_what_has_no_place_is_told(url: str) -> None:
    """A URL of no host, or of nobody knows which port, leads nowhere."""
    with pytest.raises(ValueError, match="is no URL of a host"):
        egress.place_of(url)


def written(path: Path, *lines: str) -> Path:
    """A list of destinations."""
    path.write_text("".join(lines), "utf-8")
    return path


def test_list_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Lines may say more, and the last one may not be whole yet."""
    path = written(
        tmp_path / "log",
        '{"host": "Example.TEST.", "port": 443, "at": "now"}\n\n',
        '{"host": "[::1]", "port": 80, "refused": true}\n',
        '{"host": "exa',
    )
    assert egress.read(path) == [Contact("example.test", 443), Contact("::1", 80, refused=True)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not an object"),
        ('{"port": 1}', "names no host"),
        ('{"host": " ", "port": 1}', "names no host"),
        ('{"host": "a b", "port": 1}', "names no host"),
        ('{"host": "a"}', "has no port"),
        ('{"host": "a", "port": true}', "has no port"),
        ('{"host": "a", "port": 0}', "has no port"),
        ('{"host": "a", "port": 65536}', "has no port"),
        ('{"host": "a", "port": 1, "refused": 1}', "has a `refused` that is not true or false"),
    ],
)
def test_broken_line_is_named(tmp_path: Path, line: str, why: str) -> None:
    """One sentence tells the line, what is wrong with it, and what a line looks like."""
    path = written(tmp_path / "log", '{"host": "a", "port": 1}\n', line, "\n")
    with pytest.raises(BrokenLine, match=f"^line 2 {why}.*; each line is an object such as"):
        egress.read(path)


def test_list_that_is_no_text_is_told(tmp_path: Path) -> None:
    """Bytes that are no text are no list."""
    path = tmp_path / "log"
    path.write_bytes(b"\xff\n")
    with pytest.raises(BrokenLine, match="cannot be read as UTF-8 text"):
        egress.read(path)


@given(st.dictionaries(st.text(), st.text()))
def test_settings_of_any_kind_are_borne(settings: dict[str, str]) -> None:
    """Whatever a user declares, the control plane stays what it is."""
    accounts = egress.accounted("http://cp.example.test", [], settings)
    assert egress.class_of(Contact("cp.example.test", 80), accounts) == "control plane"
    assert json.dumps(accounts)
