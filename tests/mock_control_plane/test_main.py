"""The command says what to paste, what is wrong, and ends when it is told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mock_control_plane.__main__ import main
from mock_control_plane.client import ControlPlane
from mock_control_plane.ports import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVE = [sys.executable, "-m", "mock_control_plane", "serve"]


@contextmanager
def command(*options: str) -> Iterator[subprocess.Popen[str]]:
    """A running command; told to stop at last, whatever happened."""
    with subprocess.Popen([*SERVE, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Keep the command's signal handlers out of the other tests, where it ran in this process."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def announced(process: subprocess.Popen[str]) -> Any:
    """What a command prints when it is ready."""
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_announces_itself_and_stops(number: signal.Signals) -> None:
    """One line of JSON says how it is reached and who is ready-made; a signal ends it cleanly."""
    with command("--json", "--organization", "acme") as process:
        said = announced(process)
        assert set(said) == {"url", "token", "realm", "journal"}
        realm = said["realm"]
        assert (realm["name"], realm["url"], said["token"]) == ("default", said["url"], None)
        with ControlPlane(said["url"]) as control_plane:
            organization = control_plane.realm("default").organization
        assert realm["organization"] == {"id": organization.id, "name": "acme"}
        bearer = {"authorization": f"Bearer {realm['api_key']}"}
        me = httpx.post(f"{said['url']}/api/self/me", headers=bearer).json()
        assert {"id": me["id"], "email": me["email"]} == realm["user"]
        process.send_signal(number)
        assert process.wait(30) == 0


def test_token_of_the_environment_is_wanted() -> None:
    """One variable names the token for who serves and for who administers."""
    environment = {**os.environ, "CONTROL_PLANE_TOKEN": "hush"}
    administer = [*SERVE[:-1], "token", "status", "--url"]
    with subprocess.Popen(
        [*SERVE, "--json"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            said = announced(process)
            assert said["token"] == "hush"
            for each, code in ((environment, 0), ({**environment, "CONTROL_PLANE_TOKEN": ""}, 2)):
                ran = subprocess.run([*administer, said["url"]], env=each, capture_output=True)
                assert ran.returncode == code
        finally:
            process.terminate()


def test_text_has_the_variables_to_paste() -> None:
    """What is printed for a person names the URL, the key and the variables of a data plane."""
    with command("--token", "told") as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "BRAINTRUST_API_URL" in line:
                break
        url = lines[0].split()[-1]
        text = "".join(lines)
        assert f"  BRAINTRUST_APP_URL={url}\n" in text
        assert "  BRAINTRUST_API_KEY=sk-" in text
        assert "PRIMARY_ORG_NAME=organization-" in text
        assert f"{url}/_mock (token: told)" in text


def test_command_ends_with_its_parent() -> None:
    """A mock whose parent was killed does not stay behind."""
    script = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen({[*SERVE, '--json', '--exit-with-parent']!r},"
        " stdout=subprocess.PIPE)\n"
        "sys.stdout.buffer.write(child.stdout.readline())\n"
        "sys.stdout.flush()\n"
        "child.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as it:
        url = announced(it)["url"]
        with (
            ControlPlane(url) as control_plane,
            httpx.Client() as client,
            client.stream(
                "GET", f"{url}/_mock/realms/default/export?follow=true", timeout=30
            ) as following,
        ):
            control_plane.realm("default")
            os.kill(it.pid, signal.SIGKILL)
            assert list(following.iter_lines()) == []


def test_port_in_use_is_one_sentence() -> None:
    """A port that is in use ends the command with 2 and a sentence, not with a traceback."""
    with closing(Address().bind()) as taken:
        port = str(taken.getsockname()[1])
        ran = subprocess.run([*SERVE, "--port", port], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--profile", "nope"], "no wire profile 'nope'"),
        (["--journal", "/dev/null/j"], "the journal /dev/null/j cannot be opened"),
        (["--certfile", "/nope.pem"], "the certificate /nope.pem cannot be used"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever cannot be used is said in a sentence, and the exit code is 2."""
    assert main(["serve", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("mock-control-plane: ")
    assert sentence in said


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    """Help shows what to type for the usual cases."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "mock-control-plane serve --port 8700 --journal heard.sqlite" in said
    assert "CONTROL_PLANE_TOKEN" in said


def test_journal_is_where_it_was_wanted(tmp_path: Path) -> None:
    """A journal goes where it is told, and its whole path is announced."""
    with command("--json", "--journal", str(tmp_path / "heard.sqlite")) as process:
        assert announced(process)["journal"] == str(tmp_path / "heard.sqlite")
    assert (tmp_path / "heard.sqlite").is_file()


def test_relay_says_where_it_relays_to() -> None:
    """A person reads the setting to change; a program gets JSON, without people made up."""
    upstream = ("--upstream", "http://127.0.0.1:1/")
    with command("--json", *upstream) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["upstream"] == "http://127.0.0.1:1"
        assert set(ready) == {"url", "token", "upstream", "journal"}
    with command(*upstream) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(8)]
        url = said[0].split()[-1]
        assert said[2].split() == ["relays", "to", "http://127.0.0.1:1"]
        assert said[7].strip() == f"BRAINTRUST_APP_URL={url}"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--upstream", "nowhere"], "--upstream wants the URL of a control plane"),
        (["--record-bodies", "none"], "--record-bodies is for a relay"),
        (["--upstream", "http://h", "--organization", "o"], "--organization names one"),
    ],
)
def test_relay_that_cannot_be_is_refused(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says what is wrong with how it was to be."""
    assert main(["serve", *arguments]) == 2
    assert sentence in capsys.readouterr().err
