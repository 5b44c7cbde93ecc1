"""However the command is told to end, it ends as after Ctrl-C, and what it started ends with it."""

import ctypes
import signal
import sys
from collections.abc import Callable
from types import FrameType

TOLD = ("SIGTERM", "SIGHUP")
"""From a service manager or `kill`, and from a terminal that closes; Windows has only the first."""
PR_SET_PDEATHSIG = 1


def heed() -> None:
    """From now on, being told to end is what Ctrl-C is; the main thread only. What `nohup` ignores stays ignored."""
    for name in TOLD:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _as_interrupt)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:  # a shell starts what runs in its background deaf to Ctrl-C
        raise KeyboardInterrupt


def with_parent() -> Callable[[], None] | None:
    """What a child process calls before its program begins, so that Linux ends it when its parent is killed outright.

    The thread that starts the child counts as the parent. None on other systems, which know no such thing.
    """
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)  # looked up here: the child, between fork and its program, may do next to nothing

    def ask() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return ask
