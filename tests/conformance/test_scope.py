"""What is judged follows from the options, and what is not says what would unlock it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.options.raw import Raw
from conformance.options.reading import read
from conformance.requirements import load
from conformance.scope import UNLOCKS, Scope, provided_by, scope_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.options.values import Options

CATALOGUE = load()
URL = {"dataplane_url": "http://127.0.0.1:1"}
ONE = {"BRAINTRUST_API_KEY": "sk-one"}


def options_with(environment: Mapping[str, str], **values: object) -> Options:
    """A command line, of an attached data plane unless it names another one."""
    return read(Raw(values or URL, environment), CATALOGUE)


def scope(values: Mapping[str, object], environment: Mapping[str, str] | None = None) -> Scope:
    """The scope of a command line."""
    return scope_of(read(Raw(values, environment or {}), CATALOGUE), CATALOGUE)


def test_embedded_run_judges_everything() -> None:
    """With the embedded data plane nothing is out of scope."""
    found = scope({"dataplane_embedded": True})
    assert found.in_scope == set(CATALOGUE)
    assert found.out_of_scope == {}


def test_mock_makes_an_attached_run_whole(tmp_path: Path) -> None:
    """With the mock as its control plane an attached data plane is judged whole, too, if data
    that the run created may be deleted by age, and somebody else sees where it connects.
    """
    log = tmp_path / "log"
    log.touch()
    told = {
        "dataplane_setting": ["OUTBOUND_RATE_LIMIT_MAX_REQUESTS=7"],
        "dataplane_allow_destructive": True,
        "dataplane_egress_log": str(log),
    }
    assert scope({**URL, **told, "control_plane_url": "http://m"}).in_scope == set(CATALOGUE)


def test_nothing_is_deleted_without_permission() -> None:
    """What deletes aged data of a data plane that is attached to is out, and says what to pass;
    one that the run starts needs no permission.
    """
    found = scope({**URL, "control_plane_url": "http://m"})
    (missing,) = found.out_of_scope["RET-08"]
    assert (missing.need, missing.unlock) == ("destructive", "--dataplane-allow-destructive")
    assert "RET-07" in found.in_scope
    assert "destructive" in provided_by(options_with({}, dataplane_cmd="serve"))


def test_key_alone_leaves_out_what_needs_the_mock() -> None:
    """With one key, what needs the control plane is out, and says what to pass; that is enough."""
    found = scope(URL, ONE)
    (missing,) = found.out_of_scope["AUD-06"]
    assert missing.need == "control-plane"
    assert "--control-plane-listen" in missing.unlock
    assert "AUD-04" in found.in_scope


def test_second_key_is_a_second_user() -> None:
    """A second key provides a second user, for what needs no more than that."""
    one, two = (options_with(ONE), options_with({**ONE, "BRAINTRUST_SECOND_API_KEY": "sk-two"}))
    assert provided_by(two) - provided_by(one) == {"second-token", "second-user"}


def test_started_data_plane_provides_its_settings_and_output() -> None:
    """What the run starts it configures and reads; what it attaches to can be declared."""
    assert provided_by(options_with({}, dataplane_cmd="serve")) >= {"setting", "logs"}
    declared = options_with(ONE, **URL, dataplane_setting=["A=1"])
    assert provided_by(declared) - provided_by(options_with(ONE)) == {"setting"}


def test_without_a_key_nothing_is_in_scope() -> None:
    """Without a key and a mock there is nothing that could be judged."""
    assert scope(URL).in_scope == frozenset()


@pytest.mark.parametrize(
    ("selection", "inside", "outside"),
    [
        ({"dataplane_requirement": ["AUD-04"]}, "AUD-04", "AUD-05"),
        ({"dataplane_level": "must"}, "AUD-04", "AUD-03"),
    ],
)
def test_selection_leaves_out_the_rest(
    selection: dict[str, object], inside: str, outside: str
) -> None:
    """What the user leaves out is out of scope by his own choice."""
    found = scope({"dataplane_embedded": True, **selection})
    assert inside in found.in_scope
    assert found.out_of_scope[outside][0].need == "selection"


def test_every_need_of_the_catalogue_can_be_unlocked() -> None:
    """No requirement of this release waits for what no option provides."""
    assert {need for row in CATALOGUE.values() for need in row.needs} <= set(UNLOCKS)


def test_without_the_sdk_what_it_decides_is_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the Python SDK is not installed, its parser judges nothing, and the scope says so."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    found = scope({"dataplane_embedded": True})
    assert set(found.out_of_scope) == {"AUD-09", "URL-01"}
    (missing,) = found.out_of_scope["AUD-09"]
    assert missing.unlock == "pip install braintrust"


def test_relay_is_judged_by_looking() -> None:
    """With a relay what only needs to be heard is in scope, and what needs answers says why not."""
    relay = {**URL, "control_plane_url": "http://m", "control_plane_upstream": "http://real"}
    declared = {**relay, "dataplane_setting": ["CONTROL_PLANE_TELEMETRY=status"]}
    found = scope(declared, ONE)
    assert {"TEL-01", "TEL-09", "AUD-04"} <= found.in_scope
    sentences = [one.sentence for one in found.out_of_scope["URL-16"]]
    assert any("a relay has those of the control plane behind it" in one for one in sentences)
    assert not [id for id in found.in_scope if CATALOGUE[id].area == "rate-limits"]
