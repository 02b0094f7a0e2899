"""An administrator hands over tokens and sets policies from a shell, and is told what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mock_control_plane.__main__ import main
from tests.mock_control_plane.test_provisioning import data_plane

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_control_plane.client import ControlPlane, Realm

    Command = Callable[..., str]


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test."""
    return running_control_plane.create_realm()


@pytest.fixture(name="command")
def _command(
    running_control_plane: ControlPlane, realm: Realm, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs the command in the realm, and gives what it says: on success, or where `code` is 2."""

    def run(*arguments: str, code: int = 0) -> str:
        where = ("--url", running_control_plane.url, "--realm", realm.name)
        assert main([*arguments, *where]) == code
        said = capsys.readouterr()
        assert (said.err if code == 0 else said.out) == ""
        return said.out if code == 0 else said.err

    return run


def test_token_lives_as_its_page_shows(realm: Realm, command: Command) -> None:
    """A token is provisioned, shown, refreshed and revoked; its secret is never printed."""
    name = realm.organization.name
    assert f"{name} has no token" in command("token", "status")
    with data_plane() as server:
        made = command("token", "provision", "--api-url", server.url)
        assert f"the data plane at {server.url} answered 200" in made
        old = realm.token_status()
        assert old is not None
        assert f"{name} has the token data-plane ({old.token_id})" in command("token", "status")
        refreshed = command("token", "refresh", "--organization", name)
    new = realm.token_status()
    assert new is not None
    assert new.token_id in refreshed
    assert f"token revoke {old.token_id}" in refreshed
    assert old.token_id in command("token", "revoke", old.token_id)
    assert new.token_id in command("token", "revoke", "--organization", realm.organization.id)
    assert realm.token_status() is None
    assert "bt-st-" not in made + refreshed


def test_token_that_is_not_taken_is_a_sentence(realm: Realm, command: Command) -> None:
    """What a data plane does not take ends with 2, and the status says so too."""
    with data_plane(500) as server:
        said = command("token", "provision", "--api-url", server.url, code=2)
    assert said.startswith(f"mock-control-plane: the data plane answered POST {server.url}")
    assert said.count("\n") == 1
    assert "with 500, and so has not taken the token" in command("token", "status")
    assert realm.organizations()[0].api_url == server.url


def test_policy_is_set_and_removed(realm: Realm, command: Command) -> None:
    """A policy is set for a project by name or id, and removed."""
    project = realm.put("project", {"name": "chatbot"})
    said = command("policy", "set", "chatbot", "project_logs", "30")
    assert said == f"chatbot ({project['id']}) keeps project_logs for 30 days\n"
    assert "for 0.5 days" in command("policy", "set", project["id"], "dataset", "0.5")
    days = {
        row["config"]["object_type"]: row["config"]["retention_days"]
        for row in realm.objects("project_automation")
    }
    assert days == {"project_logs": 30, "dataset": 0.5}
    assert "keeps dataset for ever" in command("policy", "remove", "chatbot", "dataset")
    assert len(realm.objects("project_automation", deleted_at=None)) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("token", "refresh"), "has no token for its data plane that is valid"),
        (("token", "revoke"), "has no token for its data plane that is valid"),
        (("token", "revoke", "nope"), "there is no service token with the id 'nope'"),
        (("token", "status", "--organization", "nope"), "there is no organisation 'nope'"),
        (("policy", "set", "nope", "dataset", "1"), "no project 'nope' in the realm"),
        (("policy", "set", "twice", "dataset", "1"), "there are 2 projects 'twice'"),
        (("policy", "set", "once", "prompt", "1"), "there is no retention of 'prompt'"),
        (("policy", "remove", "once", "dataset"), "has no policy for 'dataset'"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    realm: Realm, command: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    """Whatever cannot be done is one sentence, and ends with 2."""
    acme = realm.create_organization("acme")
    realm.put("project", {"name": "once"})
    realm.put("project", {"name": "twice"})
    realm.put("project", {"name": "twice", "org_id": acme.id})
    said = command(*arguments, code=2)
    assert said.startswith("mock-control-plane: ")
    assert sentence in said
    assert said.count("\n") == 1


def test_mock_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no control plane answers, the sentence says how to start one."""
    assert main(["token", "status", "--url", "http://127.0.0.1:1"]) == 2
    assert "start it with `mock-control-plane serve`" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["seven", "-1", "inf", "nan", ""])
def test_days_are_a_number(capsys: pytest.CaptureFixture[str], days: str) -> None:
    """How long something is kept is checked before anybody is asked."""
    with pytest.raises(SystemExit) as ended:
        main(["policy", "set", "p", "dataset", days])
    assert ended.value.code == 2
    assert f"{days!r} is no number of days; expected one, at least 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "example"),
    [
        (["token", "--help"], "mock-control-plane token provision --api-url"),
        (["token", "refresh", "--help"], "CONTROL_PLANE_TOKEN"),
        (["policy", "--help"], "mock-control-plane policy set chatbot project_logs 30"),
        (["policy", "set", "--help"], "project_logs, experiment, dataset"),
    ],
)
def test_help_teaches(
    capsys: pytest.CaptureFixture[str], arguments: list[str], example: str
) -> None:
    """Help shows what to type for the usual cases."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert example in capsys.readouterr().out
