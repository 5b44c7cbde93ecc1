"""How soon ComfyUI's work ends when it is interrupted."""

import threading
import time
from collections.abc import Callable


def interrupted(work: Callable[[], object], after: float) -> float:
    """Wall seconds from an interrupt, given `after` so many, to the end of the work.

    Raises:
        RuntimeError: the work ended first.
    """
    from comfy import model_management

    told: list[float] = []

    def interrupt() -> None:
        told.append(time.monotonic())
        model_management.interrupt_current_processing()

    timer = threading.Timer(after, interrupt)
    timer.start()
    try:
        work()
    except model_management.InterruptProcessingException:
        return time.monotonic() - told[0]
    finally:
        timer.cancel()
    raise RuntimeError("The work ended before the interrupt came.")
