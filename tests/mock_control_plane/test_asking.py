"""Whatever goes wrong between a client and a mock is one sentence, and no secret is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mock_control_plane.asking import given, is_loopback
from mock_control_plane.client import ControlPlane, ControlPlaneError
from tests.running import running_mock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_control_plane.client import Realm
    from tests.running import RunningReference


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test."""
    return running_control_plane.create_realm()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "nonsense", "http://", "ftp://127.0.0.1", "http://[::1"]
)
def test_unreachable_mock_is_a_sentence(url: str) -> None:
    """Where no mock answers, the sentence names the URL."""
    with pytest.raises(ControlPlaneError, match=r"the (URL of a )?mock control plane") as caught:
        ControlPlane(url).info()
    assert url.rstrip("/") in str(caught.value)


def test_something_else_is_no_mock(running_data_plane: RunningReference, realm: Realm) -> None:
    """What answers, but is no mock's main port, is told apart from a mock."""
    for url in (running_data_plane.url, realm.url):
        with (
            ControlPlane(url) as control_plane,
            pytest.raises(ControlPlaneError, match="is not a mock control plane"),
        ):
            control_plane.info()


@pytest.fixture(name="guarded", scope="module")
def _guarded() -> Iterator[ControlPlane]:
    """A mock that wants a token."""
    with running_mock("--token", "hush-hush") as control_plane:
        yield control_plane


@pytest.mark.parametrize("token", [None, "", "wrong", "Hush-hush", "häsh"])
def test_wrong_token_is_a_sentence(guarded: ControlPlane, token: str | None) -> None:
    """Who does not give the token is told to, and the token is not in the sentence."""
    with (
        ControlPlane(guarded.url, token=token) as control_plane,
        pytest.raises(ControlPlaneError, match="answers only to its token") as caught,
    ):
        control_plane.info()
    assert "hush" not in str(caught.value).lower()


def test_unusable_token_is_not_repeated() -> None:
    """A token that no header can carry is refused without being shown."""
    with pytest.raises(ControlPlaneError, match="no header can carry") as caught:
        ControlPlane("http://127.0.0.1:1", token="hush\nhush")
    assert "hush" not in str(caught.value)


def test_right_token_is_answered(guarded: ControlPlane) -> None:
    """Who gives the token is answered."""
    assert guarded.info().url == guarded.url


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8700", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:1", True),
        ("https://localhost", True),
        ("http://192.0.2.1", False),
        ("http://localhost.example", False),
    ],
)
def test_loopback_is_this_machine(url: str, loopback: bool) -> None:
    """Only a name or an address of this machine itself is loopback."""
    assert is_loopback(url) is loopback


def test_given_is_what_was_said() -> None:
    """What is None was not said; what is empty was."""
    assert given(a=None, b="", c=0, d=False) == {"b": "", "c": 0, "d": False}
