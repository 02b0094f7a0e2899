"""A run of the self-check starts, watches and stops data planes that its bench forks."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from multiprocessing import Pipe
from typing import TYPE_CHECKING, cast

import pytest

from conformance.errors import DataPlaneDied, NotReady
from conformance.selfcheck import remote
from conformance.selfcheck.forking import NotUp, Plane
from conformance.selfcheck.launches import Launches
from conformance.selfcheck.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from conformance.deployment.launcher import Started

LONG = 30.0


class Bench:
    """Brings up planes that are nothing but a pipe, whose other end kills them."""

    def __init__(self) -> None:
        self.settings: list[Mapping[str, str]] = []
        self.kill: list[Connection] = []
        self.gone = 0

    @contextmanager
    def plane(self, settings: Mapping[str, str], output: Path) -> Iterator[Plane]:
        """A data plane, unless it refuses its settings."""
        if "REFUSE" in settings:
            raise NotUp(f"no {settings['REFUSE']}, says {output.name}")
        told, kill = Pipe(duplex=False)
        self.settings.append(settings)
        self.kill.append(kill)

        class Fake:
            url = f"http://plane-{len(self.kill)}"
            sentinel = told.fileno()

            def last_words(self) -> str:
                """What it said."""
                return "    out of memory"

        with told:
            yield cast("Plane", Fake())
        self.gone += 1


@pytest.fixture(name="bench")
def _bench() -> Bench:
    """A bench; of one test, which counts what it did."""
    return Bench()


@pytest.fixture(name="launcher")
def _launcher(bench: Bench) -> Iterator[Remote]:
    """The asking end of a pipe whose other end the bench answers; of one test, like the bench."""
    asking, answering = Pipe()
    serving = threading.Thread(target=Launches(answering, bench.plane).serve)
    serving.start()
    yield Remote(asking)
    # Both ends have a reader that waits; closing would not wake it, as the end of a process does.
    with socket.socket(fileno=os.dup(asking.fileno())) as both:
        both.shutdown(socket.SHUT_RDWR)
    serving.join(LONG)


def test_started_plane_is_stopped(launcher: Remote, bench: Bench, tmp_path: Path) -> None:
    """What is asked for comes up with its settings, is told of, and is gone when stopped."""
    told: list[Started] = []
    started = launcher.start({"A": "1"}, tmp_path / "deployments" / "x.log", started=told.append)
    assert told == [started]
    assert started.url == "http://plane-1"
    assert bench.settings == [{"A": "1"}]
    assert (tmp_path / "deployments").is_dir()
    assert not started.ended()
    started.stop()
    started.stop()
    assert started.ended()
    assert bench.gone == 1


def test_refusal_comes_with_its_last_lines(launcher: Remote, tmp_path: Path) -> None:
    """A subject that does not start ends the start, with what it printed."""
    with pytest.raises(DataPlaneDied, match=r"before it was ready: .*\n.*no such kind, says x.log"):
        launcher.start({"REFUSE": "such kind"}, tmp_path / "x.log", started=lambda _: None)


def test_death_is_noticed(launcher: Remote, bench: Bench, tmp_path: Path) -> None:
    """A subject that dies later is known to have ended, with its last lines."""
    started = launcher.start({}, tmp_path / "x.log", started=lambda _: None)
    bench.kill[0].close()
    assert started.ended(LONG)
    assert "out of memory" in started.epitaph()


def test_silence_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bench that does not answer is given up, and one that is gone has stopped everything."""
    monkeypatch.setattr(remote, "READY_WITHIN", 0.0)
    asking, answering = Pipe()
    launcher = Remote(asking)
    told: list[Started] = []
    with pytest.raises(NotReady, match="not ready after 0 s"):
        launcher.start({}, tmp_path / "x.log", started=told.append)
    answering.close()
    assert told[0].ended(LONG)
    assert told[0].epitaph() == "ended without a word"
    with pytest.raises(DataPlaneDied, match="ended without a word"):
        launcher.start({}, tmp_path / "x.log", started=told.append)
