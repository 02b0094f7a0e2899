"""An observation has a name that is good for files, and says where it can be made."""

from __future__ import annotations

import pytest

from tests.conformance.observing.fakes import observation


@pytest.mark.parametrize("name", ["", "a b", "A", "-a", "a/b", "a."])
def test_name_is_good_for_a_file(name: str) -> None:
    """A name that is no file's name, or not the same everywhere, is refused at once."""
    with pytest.raises(ValueError, match="is no name of an observation: small letters"):
        observation(name=name)


@pytest.mark.parametrize(
    ("declared", "fits"),
    [
        ({"KINDS": "status"}, True),
        ({"KINDS": "status", "OTHER": "1"}, True),
        ({"KINDS": "metrics"}, False),
        ({}, False),
        ({"KINDS": "status", "OFF": "true"}, False),
    ],
)
def test_attached_data_plane_has_to_be_declared(declared: dict[str, str], fits: bool) -> None:
    """What must be set was declared with that value, and what must be unset was not declared."""
    one = observation(settings={"KINDS": "status", "OFF": None}, attached=True)
    assert one.fits(declared) is fits


def test_most_observations_need_a_deployment_of_their_own() -> None:
    """What does not say so cannot be made on a data plane that is not ours."""
    assert not observation(settings={}).fits({})
