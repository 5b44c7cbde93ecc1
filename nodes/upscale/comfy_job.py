"""Pictures on their way to one size, as both upscaling nodes need it."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import torch

from ..host import images
from ..host.progress import check_interrupt
from . import plan, report
from .comfy_run import Display, Limits, Runner
from .flow import flow
from .network import UpscaleModel

if TYPE_CHECKING:
    from ..page.trim import Trim


class Job:
    """Pictures on their way to one size."""

    def __init__(
        self,
        image: torch.Tensor,
        size: plan.Size,
        mode: str,
        fit: str,
        model: UpscaleModel | None,
        trim: "Trim | None",
        alpha: str,
        bleed: str,
        limits: Limits,
    ) -> None:
        self._pictures = images.pictures(image)
        self.count = len(self._pictures)
        self.channels = 4 if self._pictures.shape[-1] == 4 else 3
        self._trim, self._alpha = trim, alpha == "model"
        target = inner = size
        if trim is not None:
            target, inner = trim.pixels, trim.pixels if bleed == "picture" else trim.inner_pixels
        source = (self._pictures.shape[2], self._pictures.shape[1])
        self._model = model
        self.route = plan.route(source, target, inner, 1 if model is None else model.scale, mode, fit, bleed)
        self._runner = None if model is None else Runner(model, limits)
        self._display = Display(self.count * self._work())

    def blocks(self, number: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Of one picture: colours and presence, row by row."""
        runner = self._runner
        enlarge = None if runner is None else partial(runner.enlarge, progress=self._display)
        for block in flow(self._pictures[number], self.route, enlarge, self._alpha):
            check_interrupt()
            if not self.route.model_inputs:
                self._display.step(len(block[0]))
            yield block

    def report(self, dpi: float | None = None) -> str:
        lines = report.route(self.route, self._model)
        if self._trim is not None:
            lines.append(report.resolution(self.route, self._trim.dpi))
            lines.append(report.bleed(self.route, self._trim.bleed_mm))
        elif dpi is not None:
            lines.append(report.resolution(self.route, dpi))
        if self._runner is not None and self._runner.grid is not None:
            lines += report.tiling(
                self._runner.grid, self._runner.network, self._runner.operations, self._runner.precision
            )
            lines += self._runner.notes
        return "\n".join(lines)

    def _work(self) -> int:
        pixels = sum(width * height for width, height in self.route.model_inputs)
        if self._runner is None or not pixels:
            return self.route.target[1]
        channels = 1 if self._pictures.shape[-1] == 1 else 3
        alpha = self._runner.passes(1) if self._alpha and self.channels == 4 else 0
        return pixels * (self._runner.passes(channels) + alpha)
