"""SIGTERM, which schedulers and people send, as an end that pytest tidies up after."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["Termination"]


class Termination:
    """Lets SIGTERM end a pytest session as Ctrl-C does: torn down, taken down and reported."""

    def __init__(self) -> None:
        self._installed = False

    def install(self) -> None:
        """Take the signal over, unless somebody else already handles it."""
        usual = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        if usual and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, _interrupt)
            self._installed = True

    def remove(self) -> None:
        """Give the signal back."""
        if self._installed:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._installed = False


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt("the run was told to stop by SIGTERM")
