"""Settings from the environment, under the real names."""

from __future__ import annotations

import pytest

from conformance.reference.settings import DEFAULT_APP_URL, SettingProblem, Settings


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
