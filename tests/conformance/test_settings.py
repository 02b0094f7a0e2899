"""Settings are read as users write them, and what a started data plane gets is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.deployment.settings import (
    base_settings,
    inheritable,
    read_env_file,
    secrets_of,
)
from conformance.errors import UsageProblem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("export A=1", "1"),
        (" A = 1 ", "1"),
        ("A=", ""),
        ("A=a b # why", "a b"),
        ("A=a#b", "a#b"),
        ("A='$x # \"y\"'", '$x # "y"'),
        ('A="a\\n\\"b\\\\" # why', 'a\n"b\\'),
        ("A=b=c", "b=c"),
    ],
)
def test_env_file_is_read_as_usual(tmp_path: Path, line: str, value: str) -> None:
    """Quotes, comments, blanks and `export` mean what they mean to other readers of .env files."""
    file = tmp_path / ".env"
    file.write_text(f"# settings\n\n{line}\n")
    assert read_env_file(file) == {"A": value}


@pytest.mark.parametrize("line", ["hush", "1A=hush", 'A="hush', "A='hush", "A-B=hush"])
def test_mistake_in_env_file_is_located(tmp_path: Path, line: str) -> None:
    """A line that means nothing is named by its number, and not repeated."""
    file = tmp_path / ".env"
    file.write_text(f"X=1\n{line}\n")
    with pytest.raises(UsageProblem, match="line 2: ") as raised:
        read_env_file(file)
    assert str(raised.value).removeprefix(f"{file}, ").startswith("line 2: ")
    assert "hush" not in str(raised.value)


def test_env_file_must_be_text(tmp_path: Path) -> None:
    """A binary file is no settings file."""
    file = tmp_path / ".env"
    file.write_bytes(b"A=\xff\n")
    with pytest.raises(UsageProblem, match="UTF-8"):
        read_env_file(file)


def test_started_data_plane_points_at_the_mock() -> None:
    """Control plane and organisation are the realm's, and secrets are made up afresh."""
    first, second = (base_settings("http://mock", "acme") for _ in range(2))
    assert first["BRAINTRUST_APP_URL"] == "http://mock"
    assert first["PRIMARY_ORG_NAME"] == "acme"
    assert first["SERVICE_TOKEN_SECRET_KEY"] != second["SERVICE_TOKEN_SECRET_KEY"]
    assert secrets_of(first) == {first["SERVICE_TOKEN_SECRET_KEY"], first["BRAINSTORE_LICENSE_KEY"]}


def test_url_with_a_password_is_a_secret() -> None:
    """A connection string is as secret as the password in it."""
    assert secrets_of({"PG_URL": "pg://me:hush@h/db", "APP_URL": "http://h"}) == {
        "pg://me:hush@h/db"
    }


def test_foreign_settings_are_not_inherited() -> None:
    """A shell that is set up for another data plane does not leak into the one that is judged."""
    environment = {
        "PATH": "/bin",
        "BRAINTRUST_API_KEY": "sk",
        "CONTROL_PLANE_TOKEN": "t",
        "PORT": "1",
    }
    assert inheritable(environment) == {"PATH": "/bin"}
