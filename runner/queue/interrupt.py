"""Ctrl-C while asyncio's loop runs, on every system: Windows has no `loop.add_signal_handler`."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def on_interrupt(act: Callable[[], object]) -> Generator[None]:
    """Within it, Ctrl-C calls `act` in the running loop and ends nothing by itself; the main thread only."""
    loop = asyncio.get_running_loop()

    def interrupted(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(act)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
