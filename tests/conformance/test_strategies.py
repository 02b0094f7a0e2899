"""What is drawn is valid, and what is interesting can be drawn."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import Phase, find, given, settings

from conformance import strategies

FEW = settings(max_examples=60, database=None)
MANY = settings(max_examples=2000, deadline=None, database=None, phases=[Phase.generate])


@FEW
@given(name=strategies.object_names())
def test_names_can_be_encoded(name: str) -> None:
    """Every name is a text of at least one character that UTF-8 can hold."""
    assert 1 <= len(name) <= 400
    name.encode("utf-8")


@pytest.mark.parametrize(
    "wanted",
    [
        lambda name: any(ord(letter) > 0xFFFF for letter in name),
        lambda name: len(name) > 255,
        lambda name: any(unicodedata.category(letter) == "Cc" for letter in name),
        lambda name: name != unicodedata.normalize("NFC", name),
        lambda name: any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name),
    ],
    ids=["beyond the basic plane", "long", "control", "not composed", "right to left"],
)
def test_interesting_names_are_found(wanted: object) -> None:
    """The strategy is able to draw names of each awkward sort."""
    assert callable(wanted)
    assert find(strategies.object_names(), wanted, settings=MANY)


def test_hard_names_hold_every_sort() -> None:
    """The names that every run tries have what is drawn only by luck."""
    text = "".join(strategies.HARD_NAMES)
    assert any(unicodedata.normalize("NFC", name) != name for name in strategies.HARD_NAMES)
    assert any(len(name) > 500 for name in strategies.HARD_NAMES)
    assert any(name != name.strip() for name in strategies.HARD_NAMES)
    assert set("\"'\\<>&\n\r\t\x7f\u202e\u200d") <= set(text)
    assert all(len(name) == len(name.encode("utf-8").decode()) for name in strategies.HARD_NAMES)


@FEW
@given(address=strategies.email_addresses())
def test_addresses_are_ascii_and_plausible(address: str) -> None:
    """Every address has a local part without stray dots, one at sign that separates, a domain."""
    assert address.isascii()
    local, _, domain = address.rpartition("@")
    assert local
    assert "@" not in local
    assert not local.startswith(".")
    assert ".." not in address
    assert "." in domain
    assert not any(letter.isspace() for letter in address)


def test_addresses_with_a_tag_are_found() -> None:
    """Plus signs and capital letters can be drawn."""
    assert find(strategies.email_addresses(), lambda address: "+" in address, settings=MANY)
    assert find(
        strategies.email_addresses(), lambda address: address != address.lower(), settings=MANY
    )


@FEW
@given(value=strategies.values_that_are_not_true())
def test_no_value_reads_as_true(value: str) -> None:
    """No drawn value is `true` in any letters, and each can be sent in a header."""
    assert value.strip().lower() != "true"
    assert value == "" or (value.isascii() and value.isprintable())


@pytest.mark.parametrize("value", ["true", "TRUE", " True ", "false, true", "true;q=1"])
def test_what_may_be_read_as_true_is_kept_out(value: str) -> None:
    """Values that some reading of the header takes for true prove nothing and are not drawn."""
    assert not strategies.is_not_true(value)


def test_listed_values_are_not_true() -> None:
    """The values that every run tries are none of those."""
    assert all(strategies.is_not_true(value) for value in strategies.NOT_TRUE)


@FEW
@given(name=strategies.spellings())
def test_spellings_are_the_same_name(name: str) -> None:
    """A spelling differs in its letters' case only."""
    assert name.lower() == strategies.HEADER


@FEW
@given(identifier=strategies.foreign_ids())
def test_foreign_ids_are_one_segment(identifier: str) -> None:
    """What is drawn for an id stays one segment of a path, and no relative one."""
    assert identifier.strip(".")
    assert not {"/", "\\"} & set(identifier)


def test_foreign_ids_of_both_sorts_are_found() -> None:
    """Some look like ids and some do not."""
    assert find(strategies.foreign_ids(), lambda text: text.count("-") == 4, settings=MANY)
    assert find(strategies.foreign_ids(), lambda text: not text.isascii(), settings=MANY)
