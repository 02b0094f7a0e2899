"""The sets of telemetry kinds are read as they stand in the data."""

from __future__ import annotations

from conformance.coverings import all_sets, kinds, sets


def test_kinds_are_the_six_of_the_guide() -> None:
    """Status, metrics, usage, memprof, logs and traces, each once."""
    assert kinds() == ("status", "metrics", "usage", "memprof", "logs", "traces")


def test_all_sets_are_all_of_them() -> None:
    """Six kinds make 64 sets, from none to all."""
    assert len(set(all_sets())) == len(all_sets()) == 64
    assert all_sets()[0] == frozenset()
    assert all_sets()[-1] == frozenset(kinds())


def test_chosen_sets_are_some_of_all() -> None:
    """The covering array names known kinds only, and leaves out that nothing is on."""
    assert set(sets()) < set(all_sets()) - {frozenset()}
    assert [len(chosen) for chosen in sets()] == sorted(len(chosen) for chosen in sets())
