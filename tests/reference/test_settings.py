"""Settings from the environment, under the real names."""

from __future__ import annotations

import pytest

from conformance.reference.settings import DEFAULT_APP_URL, Budget, SettingProblem, Settings


def test_defaults_are_the_guides() -> None:
    """An empty environment means the hosted application, and no further origins."""
    settings = Settings.from_environment({})
    assert (settings.app_url, settings.public_url) == (DEFAULT_APP_URL, DEFAULT_APP_URL)
    assert settings.whitelisted_origins == ()


def test_public_url_follows_the_application() -> None:
    """What people are shown is the application's URL unless another is set."""
    settings = Settings.from_environment({"BRAINTRUST_APP_URL": "http://a:1/"})
    assert settings.public_url == "http://a:1"
    both = {"BRAINTRUST_APP_URL": "http://a:1", "BRAINTRUST_APP_PUBLIC_URL": "https://b/"}
    assert Settings.from_environment(both).public_url == "https://b"


def test_origins_are_a_list_with_commas() -> None:
    """Blanks and empty items are dropped."""
    settings = Settings.from_environment({"WHITELISTED_ORIGINS": " https://a , ,https://b,"})
    assert settings.whitelisted_origins == ("https://a", "https://b")


@pytest.mark.parametrize("url", ["ftp://a", "a.example", "http://", "http://a:99999", "http://[a"])
def test_unusable_url_is_refused(url: str) -> None:
    """The sentence names the variable, the value and what was expected."""
    with pytest.raises(SettingProblem, match=r"BRAINTRUST_APP_URL is .* not an http or https URL"):
        Settings.from_environment({"BRAINTRUST_APP_URL": url})


def test_budget_is_the_guides() -> None:
    """A hundred requests a minute, unless the variables say otherwise; minutes take fractions."""
    assert Settings.from_environment({}).budget == Budget(100, 60.0)
    told = {
        "OUTBOUND_RATE_LIMIT_MAX_REQUESTS": " 7 ",
        "OUTBOUND_RATE_LIMIT_WINDOW_MINUTES": "0.01",
    }
    assert Settings.from_environment(told).budget == Budget(7, 0.6)
    blank = dict.fromkeys(told, " ")
    assert Settings.from_environment(blank).budget == Budget()
    assert Settings.from_environment({"OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "0"}).budget.requests == 0


@pytest.mark.parametrize("value", ["many", "-1", "1.5", "1e2", chr(0x661), "0x10", "1" * 10])
def test_unusable_number_of_requests_is_refused(value: str) -> None:
    """What is no whole number is no limit, and not no limit either."""
    name = "OUTBOUND_RATE_LIMIT_MAX_REQUESTS"
    with pytest.raises(SettingProblem, match=f"{name} is .* no whole number of requests"):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("value", ["soon", "0", "-1", "nan", "inf", "1,5", "1m"])
@pytest.mark.parametrize("name", ["OUTBOUND_RATE_LIMIT_WINDOW_MINUTES", "REFERENCE_REPORT_SECONDS"])
def test_unusable_time_is_refused(name: str, value: str) -> None:
    """A window or an interval that cannot pass is refused with its name."""
    with pytest.raises(SettingProblem, match=f"{name} is {value!r}, which is no number above"):
        Settings.from_environment({name: value})


def test_telemetry_is_kept_as_it_stands() -> None:
    """Unset and empty differ; nothing is interpreted here."""
    settings = Settings.from_environment({"GATEWAY_TELEMETRY": "", "CONTROL_PLANE_TELEMETRY": " a"})
    assert settings.telemetry == {"GATEWAY_TELEMETRY": "", "CONTROL_PLANE_TELEMETRY": " a"}


@pytest.mark.parametrize(
    ("value", "enabled"),
    [("true", False), (" TRUE ", False), ("1", False), ("false", True), ("", True)],
)
def test_sysadmin_endpoints_are_disabled_by_true(value: str, *, enabled: bool) -> None:
    """Only what says yes disables them."""
    settings = Settings.from_environment({"DISABLE_SYSADMIN_TELEMETRY": value})
    assert settings.sysadmin is enabled


def test_licence_is_a_secret_that_fits_into_a_header() -> None:
    """It is not shown with the settings; one that cannot be sent is refused without being shown."""
    assert "lic-1" not in repr(Settings.from_environment({"BRAINSTORE_LICENSE_KEY": " lic-1\n"}))
    with pytest.raises(SettingProblem, match="BRAINSTORE_LICENSE_KEY holds") as problem:
        Settings.from_environment({"BRAINSTORE_LICENSE_KEY": "lic\x00-2"})
    assert "-2" not in str(problem.value)
