"""SIGTERM ends a run as Ctrl-C does, and only where nobody else handles it."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from conformance.termination import Termination


def test_sigterm_interrupts() -> None:
    """The signal is an interruption that says what it was, until it is given back."""
    termination = Termination()
    termination.install()
    try:
        with pytest.raises(KeyboardInterrupt, match="told to stop by SIGTERM"):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        termination.remove()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_handler_of_somebody_else_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who already handles the signal keeps it."""
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.default_int_handler)
    taken: list[object] = []
    monkeypatch.setattr(signal, "signal", lambda *what: taken.append(what))
    termination = Termination()
    termination.install()
    termination.remove()
    assert taken == []


def test_other_threads_leave_signals_alone() -> None:
    """A session that does not run in the main thread, where signals arrive, takes none."""
    termination = Termination()
    thread = threading.Thread(target=termination.install)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
