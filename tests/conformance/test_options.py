"""The command line becomes one value, or one sentence that says what is wrong with it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conformance.errors import UsageProblem
from conformance.options.invocation import command_line, replay_options
from conformance.options.raw import Raw
from conformance.options.reading import prepare_report_dir, read
from conformance.options.table import OPTIONS, add_to, target_given
from conformance.options.values import Effort, Kind, Options
from conformance.requirements import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CATALOGUE = load()
URL = {"dataplane_url": "https://api.example.com/base/"}
KEYS = {"BRAINTRUST_API_KEY": "sk-one", "BRAINTRUST_SECOND_API_KEY": "sk-two"}


def options(
    values: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None
) -> Options:
    """Read a command line, of the embedded data plane unless it names another one."""
    given = values or {}
    target = {} if target_given(given) else {"dataplane_embedded": True}
    return read(Raw({**target, **given}, environment or {}), CATALOGUE)


def test_embedded_run_needs_nothing_else() -> None:
    """The embedded data plane is judged whole, with its own wire profile."""
    read_ = options()
    assert read_.target.kind is Kind.EMBEDDED
    assert read_.profile.name == "reference"
    assert read_.mocked
    assert read_.effort is Effort.DEFAULT


def test_url_is_attached_to() -> None:
    """A URL is kept without its final slash, and judged by what the public knows."""
    read_ = options(URL)
    assert read_.reach.url == read_.target.address == "https://api.example.com/base"
    assert read_.profile.name == "braintrust"
    assert not read_.mocked


def test_keys_come_from_the_environment() -> None:
    """Keys need not stand on a command line, and are never shown."""
    read_ = options(URL, KEYS)
    assert (read_.api_key, read_.second_api_key) == ("sk-one", "sk-two")
    assert "sk-" not in repr(read_)


def test_keys_of_a_shell_stay_out_of_a_mocked_run() -> None:
    """A real key that a developer's shell holds is not sent to a data plane that we start."""
    assert options(None, KEYS).api_key is None


def test_token_of_a_shell_needs_no_mock() -> None:
    """A token in the environment is no mistake where nothing asks for it."""
    assert options(URL, {"CONTROL_PLANE_TOKEN": "t"}).control_plane.token is None


def test_settings_of_a_file_yield_to_single_ones(tmp_path: Path) -> None:
    """A single setting wins over the file."""
    file = tmp_path / "settings.env"
    file.write_text("A=1\nB=2\n")
    read_ = options({"dataplane_settings": str(file), "dataplane_setting": ["B=3"]})
    assert read_.settings == {"A": "1", "B": "3"}


def test_listening_mock_makes_an_attached_run_mocked() -> None:
    """A mock that listens for an attached data plane is where its keys come from."""
    read_ = options(
        {
            **URL,
            "control_plane_listen": "0.0.0.0:8700",
            "control_plane_public_url": "https://cp.example.com",
        }
    )
    assert read_.mocked
    assert read_.control_plane.listen == ("0.0.0.0", 8700)


def test_egress_is_accounted_for(tmp_path: Path) -> None:
    """Own hosts and the list of destinations are kept as they were given."""
    log = tmp_path / "log"
    log.write_text('{"host": "a", "port": 1}\n', "utf-8")
    told = {"dataplane_own_host": ["db", "10.0.0.0/8"], "dataplane_egress_log": str(log)}
    found = options({**URL, **told}).egress
    assert (found.own, found.log) == (("db", "10.0.0.0/8"), log)


def test_broken_list_of_destinations_is_told(tmp_path: Path) -> None:
    """A list that cannot be read is found before anything starts."""
    log = tmp_path / "log"
    log.write_text('{"host": "a"}\n', "utf-8")
    with pytest.raises(UsageProblem, match="line 1 has no port"):
        options({**URL, "dataplane_egress_log": str(log)})


def test_sdk_is_known_by_its_version(tmp_path: Path) -> None:
    """A folder that pip installed an SDK into is named after what is in it."""
    (tmp_path / "braintrust").mkdir()
    (tmp_path / "braintrust-0.7.0.dist-info").mkdir()
    assert options({**URL, "dataplane_sdk": [str(tmp_path)]}).sdks == {"0.7.0": tmp_path}


def test_areas_and_requirements_may_be_listed() -> None:
    """What is judged may be repeated, listed with commas and written in any case."""
    read_ = options(
        {
            "dataplane_area": ["Audit"],
            "dataplane_requirement": ["aud-01, AUD-02", "AUD-03"],
            "dataplane_level": "must",
        }
    )
    assert read_.selection.areas == ("audit",)
    assert read_.selection.requirements == ("AUD-01", "AUD-02", "AUD-03")
    assert read_.selection.level == "MUST"


def test_silence_and_replicas_are_told() -> None:
    """How long silence is observed at least, and how many processes answer, is the user's word."""
    read_ = options({"dataplane_observe_for": "90", "dataplane_replicas": "3"})
    assert (read_.observe_for, read_.replicas) == (90.0, 3)
    assert (options().observe_for, options().replicas) == (0.0, 1)


def test_relay_has_users_of_its_own() -> None:
    """With a control plane behind the mock the keys come from the user, as without a mock."""
    told = {"control_plane_listen": "h:1", "control_plane_upstream": "http://real/"}
    read_ = options({**URL, **told, "dataplane_api_key": "sk-one"})
    assert (read_.control_plane.upstream, read_.control_plane.relays) == ("http://real", True)
    assert (read_.api_key, read_.mocked) == ("sk-one", True)


def test_only_what_the_run_starts_may_be_told_to_delete_unasked() -> None:
    """Aged data goes on the run's own data planes; on any other the user has to permit it."""
    permitted = options({**URL, "dataplane_allow_destructive": True})
    asked = [options(URL), permitted, options({"dataplane_cmd": "serve"})]
    assert [one.destructive for one in asked] == [False, True, True]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"dataplane_embedded": True, **URL}, "name two data planes"),
        ({"dataplane_url": "api.example.com"}, "expected a URL"),
        ({"dataplane_url": "http://[::1"}, "expected a URL"),
        ({"dataplane_url": "http://h:0"}, "expected a URL"),
        ({"dataplane_url": "https://me:secret@h"}, "user or password"),
        ({"dataplane_url": "https://h/?a=b"}, "without a query"),
        ({"dataplane_cmd": "serve 'it"}, "cannot be split"),
        ({"dataplane_cmd": " "}, "command is empty"),
        ({"dataplane_timeout": "soon"}, "positive number of seconds"),
        ({"dataplane_ready_timeout": "-1"}, "positive number of seconds"),
        ({"dataplane_max_deployments": "0"}, "--dataplane-max-deployments 0: a number from 1"),
        ({"dataplane_replicas": "many"}, "--dataplane-replicas many: a number from 1"),
        ({"dataplane_observe_for": "0"}, "--dataplane-observe-for 0: expected a positive number"),
        ({"dataplane_header": ["X-Team search"]}, "expected NAME:VALUE"),
        ({"dataplane_header": ["Authorization: Bearer x"]}, "--dataplane-api-key"),
        ({"dataplane_setting": ["TELEMETRY"]}, "expected NAME=VALUE"),
        ({"dataplane_setting": ["PORT=80"]}, "PORT is chosen by the run"),
        ({"dataplane_setting": ["BRAINTRUST_APP_URL=http://x"]}, "chosen by the run"),
        ({"dataplane_settings": "none.env"}, "there is no such file"),
        ({"dataplane_own_host": ["http://db"]}, "'http://db' is no host; expected something like"),
        ({"dataplane_egress_log": "no-such-file"}, "there is no such file"),
        ({"dataplane_sdk": ["."]}, "there is no Python SDK; make such a folder with pip install"),
        ({"dataplane_ca": "none.pem"}, "there is no such file"),
        ({"dataplane_area": ["audits"]}, "did you mean 'audit'"),
        ({"dataplane_requirement": ["AUD-99"]}, "did you mean 'AUD-"),
        ({"dataplane_level": "may"}, "expected must or should"),
        ({"dataplane_quick": True, "dataplane_exhaustive": True}, "exclude each other"),
        ({"dataplane_wire_profile": "none"}, "there is no wire profile"),
        ({"dataplane_expected_failures": "none.toml"}, "there is no such file"),
        ({"dataplane_api_key": "sk-x"}, "the mock issues the keys"),
        ({**URL, "dataplane_api_key": "sk x"}, "blanks"),
        ({**URL, "dataplane_second_api_key": "sk-x"}, "needs --dataplane-api-key"),
        ({**URL, "control_plane_token": "t"}, "give --control-plane-url"),
        ({**URL, "control_plane_listen": "8080"}, "expected HOST:PORT"),
        ({**URL, "control_plane_listen": "h:99999"}, "expected HOST:PORT"),
        ({**URL, "control_plane_public_url": "http://cp"}, "needs --dataplane-url and"),
        (
            {**URL, "control_plane_public_url": "http://cp", "control_plane_listen": "h:0"},
            "needs a port that is known",
        ),
        ({"control_plane_listen": "h:1", "control_plane_url": "http://m"}, "give one of them"),
        ({**URL, "control_plane_upstream": "http://r"}, "--control-plane-upstream is for"),
        ({"control_plane_listen": "h:1", "control_plane_upstream": "http://r"}, "runs already"),
        (
            {**URL, "control_plane_listen": "h:1", "control_plane_upstream": "http://r"},
            "the users are those of that control plane; pass the API key",
        ),
    ],
)
def test_mistake_is_one_sentence(values: dict[str, object], sentence: str) -> None:
    """What is wrong with a command line is said in one line, and ends with exit code 4."""
    with pytest.raises(UsageProblem, match=sentence) as raised:
        options(values)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 4


def test_same_key_twice_is_refused() -> None:
    """Two users have two keys."""
    both = {"BRAINTRUST_API_KEY": "sk-one", "BRAINTRUST_SECOND_API_KEY": "sk-one"}
    with pytest.raises(UsageProblem, match="same key"):
        options(URL, both)


@pytest.mark.parametrize(
    "values",
    [
        {"dataplane_api_key": "sk-hush hush"},
        {"dataplane_header": ["hush hush"]},
        {"dataplane_setting": ["hush-hush"]},
        {"dataplane_url": "https://me:hush@h"},
    ],
)
def test_mistake_never_repeats_a_secret(values: dict[str, object]) -> None:
    """A mistyped secret is still a secret."""
    with pytest.raises(UsageProblem) as raised:
        options({**URL, **values})
    assert "hush" not in str(raised.value)


def test_no_target_is_a_mistake() -> None:
    """Reading a command line without a data plane says how to name one."""
    with pytest.raises(UsageProblem, match="give one of --dataplane-embedded"):
        read(Raw({}, {}), CATALOGUE)


@pytest.mark.parametrize("flag", ["dataplane_ca", "dataplane_client_cert"])
def test_certificate_must_be_one(tmp_path: Path, flag: str) -> None:
    """A file without a certificate, or one without its key, is refused at once."""
    file = tmp_path / "empty.pem"
    file.write_text("nothing")
    with pytest.raises(UsageProblem, match="cannot be used"):
        options({**URL, flag: str(file)})


@pytest.mark.parametrize(
    ("flag", "content", "sentence"),
    [
        ("dataplane_wire_profile", "name = 1", "name"),
        ("dataplane_expected_failures", "[[expected_failure]]\nid = 'AUD-77'", "reason is missing"),
        ("dataplane_settings", "A=1\nB\n", "line 2"),
    ],
)
def test_broken_file_is_named(tmp_path: Path, flag: str, content: str, sentence: str) -> None:
    """A file that cannot be used is named, with the place of the mistake."""
    file = tmp_path / "broken.toml"
    file.write_text(content)
    with pytest.raises(UsageProblem, match=sentence) as raised:
        options({flag: str(file)})
    assert str(file) in str(raised.value)


def test_report_folder_must_be_writable(tmp_path: Path) -> None:
    """A report that could not be written is refused before anything runs."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageProblem, match="cannot be written to"):
        prepare_report_dir(tmp_path / "file" / "report")


def test_every_option_has_our_prefix() -> None:
    """No option of ours can be another plugin's too."""
    assert all(one.flag.startswith(("--dataplane-", "--control-plane-")) for one in OPTIONS)


def test_parser_takes_the_table() -> None:
    """Switches, single values and lists are offered as such."""
    offered: dict[object, dict[str, object]] = {}
    add_to(lambda flag, **how: offered.update({flag: how}), OPTIONS)
    assert offered["--dataplane-quick"]["action"] == "store_true"
    assert offered["--dataplane-url"]["metavar"] == "URL"
    assert offered["--dataplane-header"]["action"] == "append"
    assert str(offered["--dataplane-api-key"]["help"]).endswith("Also from BRAINTRUST_API_KEY.")


def test_shown_command_hides_secrets() -> None:
    """The command in a report can be shown to anybody."""
    shown = command_line(
        ["--dataplane-api-key", "sk-1", "--dataplane-header=X:hush", "-n", "2", "a b"]
    )
    assert shown == "pytest --dataplane-api-key ... --dataplane-header=... -n 2 'a b'"


def test_replay_reaches_the_same_target_without_secrets() -> None:
    """What is needed to reach the target again is kept, what must stay secret is not."""
    values = {"dataplane_url": "http://h", "dataplane_api_key": "sk-1", "dataplane_timeout": "9"}
    assert replay_options(values) == ("--dataplane-url", "http://h", "--dataplane-timeout", "9")


def test_replay_judges_in_the_same_way() -> None:
    """What an outcome depends on is kept: each of several values, settings that are no secrets."""
    values = {
        "dataplane_cmd": "serve",
        "dataplane_own_host": ["db", "*.internal"],
        "dataplane_setting": ["ORG_NAME=acme", "A_TOKEN=hush", "A_URL=http://u:hush@h"],
        "dataplane_quick": True,
        "dataplane_wire_profile": "reference",
        "dataplane_area": ["urls"],
    }
    assert " ".join(replay_options(values)) == (
        "--dataplane-cmd serve --dataplane-setting ORG_NAME=acme --dataplane-own-host db "
        "--dataplane-own-host *.internal --dataplane-quick --dataplane-wire-profile reference"
    )


def test_table_costs_nothing() -> None:
    """Whoever has the plugin installed does not import the suite in his own pytest runs."""
    code = (
        "import sys, conformance.plugin\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('httpx', 'hypothesis', 'ssl')"
        " or m.startswith(('conformance.', 'mock_control_plane'))])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = "['conformance.plugin', 'conformance.options', 'conformance.options.table']"
    assert sorted(found.stdout.strip("[]\n").split(", ")) == sorted(loaded.strip("[]").split(", "))
