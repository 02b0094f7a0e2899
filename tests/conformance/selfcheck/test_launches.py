"""The bench's end of the pipe stops whatever is left, once the run that asked for it is over."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from multiprocessing import Pipe
from typing import TYPE_CHECKING, cast

from conformance.selfcheck.launches import Launches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conformance.selfcheck.forking import Plane

LONG = 30.0


def test_end_of_a_run_ends_its_planes(tmp_path: Path) -> None:
    """Data planes that nobody stopped are stopped when the other end is closed."""
    gone: list[str] = []

    @contextmanager
    def bring_up(settings: Mapping[str, str], output: Path) -> Iterator[Plane]:
        del output
        forever, _kept = Pipe()

        class Fake:
            url = f"http://{settings['NAME']}"
            sentinel = forever.fileno()

            def last_words(self) -> str:
                """What it said."""
                return ""

        yield cast("Plane", Fake())
        gone.append(settings["NAME"])

    asking, answering = Pipe()
    serving = threading.Thread(target=Launches(answering, bring_up).serve)
    serving.start()
    for number, name in enumerate(("one", "two")):
        asking.send(("start", number, {"NAME": name}, tmp_path / name))
    ready = [asking.recv() for _ in range(2)]
    assert sorted(ready) == [("ready", 0, "http://one"), ("ready", 1, "http://two")]
    asking.close()
    serving.join(LONG)
    assert sorted(gone) == ["one", "two"]
