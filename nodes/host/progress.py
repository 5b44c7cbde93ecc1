"""Long work moves: a progress bar, and an interrupt that is answered even inside a library call."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from comfy import model_management
from comfy.utils import ProgressBar
from PIL import Image

T = TypeVar("T")
POLL_SECONDS = 0.1


class Progress:
    """ComfyUI's bar over `total` steps, with an interrupt check at every step."""

    def __init__(self, total: int) -> None:
        self._bar, self._done, self._part = ProgressBar(max(total, 1)), 0, 0.0

    def step(self, count: int = 1, preview: np.ndarray | None = None) -> None:
        """`count` steps are done; `preview` is shown on the node, `[H,W,3]` uint8."""
        check_interrupt()
        self._done, self._part = self._done + count, 0.0
        shown = None if preview is None else ("JPEG", Image.fromarray(preview), max(preview.shape))
        self._bar.update_absolute(self._done, preview=shown)

    def part(self, share: float) -> None:
        """One more share of the step that is being done."""
        check_interrupt()
        self._part = min(1.0, self._part + share)
        self._bar.update_absolute(self._done + self._part)


def check_interrupt() -> None:
    """Stop here if the user has asked to: raises what ComfyUI ends a prompt with."""
    model_management.throw_exception_if_processing_interrupted()


@contextmanager
def interruptible_layers(network: torch.nn.Module) -> Generator[None, None, None]:
    """Check for an interrupt before every layer: one pass of a large network takes minutes on a CPU."""
    hooks = [layer.register_forward_pre_hook(_check) for layer in network.modules() if not any(layer.children())]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _check(*_: object) -> None:
    check_interrupt()


def interruptibly(work: Callable[..., T], *args: object) -> T:
    """Run `work(*args)`, a call that cannot be stopped from inside (OpenCV, onnxruntime, an encoder).

    It runs in a thread of its own so that an interrupt is answered at once; a call that is left behind finishes
    unseen, so `work` must neither write to shared state nor leave a file under its final name. It gets NumPy arrays,
    not tensors: inference mode is a property of the calling thread.
    """
    outcome: dict[str, object] = {}

    def run() -> None:
        try:
            outcome["value"] = work(*args)
        except BaseException as error:  # handed to the waiting thread below, whatever it is
            outcome["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL_SECONDS)
        check_interrupt()
    if "error" in outcome:
        raise outcome["error"]  # type: ignore[misc]
    return outcome["value"]  # type: ignore[return-value]
