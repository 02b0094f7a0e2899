"""Wire profiles say what they mean, extend each other, and are explained where they are broken."""

from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING

import pytest

from mock_control_plane import wire
from mock_control_plane.wire import (
    CALLS,
    SETTINGS,
    TELEMETRY,
    Endpoint,
    ProfileProblem,
    data,
    load_profile,
    shipped,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mock_control_plane.wire import Profile


@pytest.fixture(name="profile", scope="session")
def _profile() -> Profile:
    """The default profile."""
    return load_profile()


def test_two_profiles_are_shipped() -> None:
    """What the public knows, and the embedded data plane's own."""
    assert shipped() == ("braintrust", "reference")


@pytest.mark.parametrize("name", ["braintrust", "reference"])
def test_shipped_profile_is_complete(name: str) -> None:
    """Every row and setting of a shipped profile is there, with its evidence."""
    profile = load_profile(name)
    assert profile.name == name
    assert set(profile.rows) == {*TELEMETRY, *CALLS}
    assert set(profile.settings) == set(SETTINGS)
    assert all(len(row.evidence) > 20 for row in profile.rows.values())


def test_default_profile_says_what_is_guessed(profile: Profile) -> None:
    """Only what public code shows is evidenced; the rest is assumed."""
    evidenced = {row.name for row in profile.rows.values()} - {row.name for row in profile.assumed}
    assert evidenced == {"metrics", "usage"}


def test_reference_profile_is_confirmed_and_fast() -> None:
    """Nothing about the embedded data plane is guessed, and it reports every second."""
    profile = load_profile("reference")
    assert profile.assumed == ()
    assert {row.interval for row in profile.telemetry} == {1.0}
    assert profile.rows["metrics"].path == load_profile().rows["metrics"].path


def test_row_has_its_first_endpoint(profile: Profile) -> None:
    """A row with several endpoints is known by the first."""
    row = profile.rows["token-store"]
    assert (row.method, row.path) == ("POST", "/service-token/upsert")
    assert [str(endpoint) for endpoint in row.endpoints][1:] == [
        "HEAD /service-token/{name}",
        "GET /service-token/{name}",
    ]
    assert row.credential == "owner"


def test_profile_travels_between_processes(profile: Profile) -> None:
    """A profile is a value that workers can be handed."""
    assert pickle.loads(pickle.dumps(profile)) == profile


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/apikey/login", "login"),
        ("POST", "/api/pulse/otel/v1/metrics", "telemetry:metrics"),
        ("POST", "/api/billing/telemetry/v1/events", "telemetry:usage"),
        ("GET", "/api/pulse/status", "unknown"),
        ("POST", "/api/pulse/heartbeat", "unknown"),
        ("POST", "/api/project/register", "metadata"),
        ("GET", "/api/project", "metadata"),
        ("POST", "/api/self/me", "metadata"),
        ("POST", "/api/service_token/register", "provisioning"),
        ("POST", "/service-token/upsert", "provisioning"),
        ("POST", "/api/cli/wizard-session/create", "unknown"),
        ("GET", "/", "unknown"),
        ("GET", "", "unknown"),
    ],
)
def test_request_is_classified(profile: Profile, method: str, path: str, expected: str) -> None:
    """What no row and no kind of object knows is unknown."""
    assert profile.classify(method, path) == expected


def test_own_profile_says_only_what_differs(tmp_path: Path) -> None:
    """A file that extends a shipped profile changes what it names, and is named after itself."""
    path = tmp_path / "ours.toml"
    path.write_text(
        'extends = "braintrust"\n[timing]\nseen = 1\n[row.status]\nbasis = "confirmed"\n'
        'endpoints = ["PUT /api/here"]\n'
    )
    profile, braintrust = load_profile(path), load_profile()
    assert profile.name == "ours"
    assert profile.rows["status"].endpoints == (Endpoint("PUT", "/api/here"),)
    assert profile.rows["status"].interval == braintrust.rows["status"].interval
    assert profile.rows["logs"] == braintrust.rows["logs"]
    assert (profile.timing.seen, profile.timing.write_visible) == (1.0, 30.0)
    assert profile.classify("PUT", "/api/here") == "telemetry:status"


def test_own_profile_may_extend_a_neighbour(tmp_path: Path) -> None:
    """A file is found relative to the one that extends it."""
    (tmp_path / "base.toml").write_text('extends = "reference"\nname = "base"\n')
    (tmp_path / "top.toml").write_text('extends = "base.toml"\n')
    assert load_profile(tmp_path / "top.toml").timing == load_profile("reference").timing


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", r"cannot be read: Invalid value \(at"),
        ("\x00", r"cannot be read: "),
        ('name = "x"', r"\[row\] lacks status, metrics"),
        ("extends = 3", r"`extends` is 3; expected the name"),
        ('extends = "brain"', r"no wire profile 'brain'; expected braintrust or reference, or"),
        ('extends = "broken.toml"', r"extends itself"),
        ('extends = "braintrust"\nname = ""', r"the profile name is ''; expected a text"),
        ('extends = "braintrust"\nrow = 1', r"row is 1; expected a table"),
        ('extends = "braintrust"\ntimin = 1', r"unknown key 'timin'; did you mean 'timing'\?"),
        ('extends = "braintrust"\n[row.statis]', r"unknown key 'statis'; did you mean 'status'\?"),
        ('extends = "braintrust"\n[row]\nlogs = 1', r"logs is 1; expected a table"),
        (
            'extends = "braintrust"\n[row.logs]\nzzzz = 1',
            r"\[row.logs\] has an unknown key 'zzzz'; exp",
        ),
        (
            'extends = "braintrust"\n[row.logs]\nbasis = "sure"',
            r"basis is 'sure'; expected evidenced",
        ),
        (
            'extends = "braintrust"\n[row.logs]\nat = "here"',
            r"at is 'here'; expected control-plane",
        ),
        (
            'extends = "braintrust"\n[row.logs]\nformat = "xml"',
            r"format is 'xml'; expected json or",
        ),
        ('extends = "braintrust"\n[row.logs]\ncredential = 1', r"credential is 1; expected a text"),
        (
            'extends = "braintrust"\n[row.logs]\nendpoints = []',
            r"endpoints is \[\]; expected a list",
        ),
        (
            'extends = "braintrust"\n[row.logs]\nendpoints = [1]',
            r"endpoints is \[1\]; expected a list",
        ),
        (
            'extends = "braintrust"\n[row.logs]\nendpoints = ["/x"]',
            r"endpoint '/x'; expected one like",
        ),
        (
            'extends = "braintrust"\n[row.logs]\nendpoints = ["POST x"]',
            r"'POST x'; expected one like",
        ),
        (
            'extends = "braintrust"\n[row.logs]\ninterval = -1',
            r"interval is -1; expected a number of",
        ),
        (
            'extends = "braintrust"\n[row.logs]\ngrace = true',
            r"grace is True; expected a number of",
        ),
        (
            'extends = "braintrust"\n[timing]\nseen = "soon"',
            r"\[timing\] seen is 'soon'; expected a",
        ),
        ('extends = "braintrust"\n[timing]\nsean = 1', r"\[timing\] has an unknown key 'sean'"),
        (
            'extends = "braintrust"\n[settings]\nlicence = []',
            r"'licence'; did you mean 'license'\?",
        ),
        (
            'extends = "braintrust"\n[metadata]\nkinds = 1',
            r"\[metadata\] kinds is 1; expected a list",
        ),
    ],
)
def test_broken_profile_is_explained(tmp_path: Path, text: str, sentence: str) -> None:
    """A file that cannot be used is named, with the place and what was expected there."""
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(ProfileProblem, match=sentence):
        load_profile(path)


def test_unknown_profile_is_explained() -> None:
    """A name that is no profile and no file is answered with the names that are."""
    with pytest.raises(ProfileProblem, match="expected braintrust or reference, or the path"):
        load_profile("nope")


def test_installed_package_has_its_own_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the package holds the data they are taken from there, not from the checkout."""
    monkeypatch.setattr(wire, "files", lambda _: tmp_path / "mock_control_plane")
    assert data() == tmp_path / "fixtures" / "wire"
    inside = tmp_path / "mock_control_plane" / "_data" / "wire"
    inside.mkdir(parents=True)
    assert data() == inside


def test_names_of_rows_are_those_of_requirements() -> None:
    """Rows are called what the catalogue of requirements calls them."""
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in (*TELEMETRY, *CALLS))
