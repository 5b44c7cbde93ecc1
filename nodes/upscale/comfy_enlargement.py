"""Pictures on their way to one size, as both upscaling nodes need it."""

from collections.abc import Iterator
from functools import partial

import torch

from ..ground import UserError
from ..host import images, memory
from ..host.progress import check_interrupt
from . import plan, report
from .colours import Kind
from .comfy_display import Display
from .comfy_enlarger import Enlarger, Limits
from .flow import flow
from .network import UpscaleModel

BYTES_PER_PX = 16
"""Of a result: three colours and what is missing, float32."""


class Enlargement:
    """Pictures on their way to one size."""

    def __init__(self, image: torch.Tensor, wanted: plan.Wanted, model: UpscaleModel | None, limits: Limits) -> None:
        """
        Args:
            image: `[B,H,W,C]` in 0..1; each picture is worked on alone.
            model: without one the pictures are resampled.

        Raises:
            UserError: no picture, or no model that enlarges pictures as `limits` ask for it.
        """
        self._pictures = images.pictures(image)
        self.count = len(self._pictures)
        self._kinds = [Kind.of(picture) for picture in self._pictures]
        self.channels = 4 if self._pictures.shape[-1] == 4 else 3
        """Of a file that keeps all that came: grey becomes colour, alpha stays."""
        self._wanted = wanted
        source = (self._pictures.shape[2], self._pictures.shape[1])
        self.route = plan.route(source, wanted, 1 if model is None else model.scale)
        self._enlarger = None if model is None else Enlarger(model, limits)
        self._display = Display(self._steps())

    def blocks(self, number: int, work: report.Work) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """One picture row by row, `[n,w,3]` colours and `[n,w]` presence; what is done is written into `work`."""
        enlarge = None
        if self._enlarger is not None:
            enlarge = partial(self._enlarger.enlarge, work=work, display=self._display)
        for block in flow(
            self._pictures[number], self._kinds[number], self.route, enlarge, self._wanted.alpha == "model"
        ):
            check_interrupt()
            if not self.route.model_inputs:
                self._display.step(len(block[0]))
            yield block

    def whole(self, work: report.Work) -> tuple[torch.Tensor, torch.Tensor]:
        """All pictures in memory.

        Returns:
            `[B,h,w,3]` colours, and `[B,h,w]` masks, 1 where there is no picture.

        Raises:
            UserError: memory does not hold them; said before the work.
        """
        columns, rows = self.route.target
        needed, there = self.count * rows * columns * BYTES_PER_PX, memory.free(torch.device("cpu"))
        if needed > there:
            raise UserError(
                f"Expected room for {self.count} x {columns} x {rows} px, which take {needed / memory.GB:.1f} GB, got "
                f"{there / memory.GB:.1f} GB: take Upscale to File, which needs little memory."
            )
        pictures, missing = torch.empty(self.count, rows, columns, 3), torch.empty(self.count, rows, columns)
        for number in range(self.count):
            row = 0
            for colours, presence in self.blocks(number, work):
                pictures[number, row : row + len(colours)] = colours
                missing[number, row : row + len(colours)] = 1.0 - presence
                row += len(colours)
        return pictures, missing

    def report(self, work: report.Work, dpi: float | None = None) -> str:
        """What was done, in words; `dpi` is what a file says where no trim does."""
        network = None if self._enlarger is None else self._enlarger.network
        return report.enlargement(self.route, self._wanted, self._kinds, network, work, dpi)

    def _steps(self) -> int:
        """Progress of all pictures: px that the model sees, or rows where it does not run."""
        pixels = sum(width * height for width, height in self.route.model_inputs)
        if self._enlarger is None or not pixels:
            return self.count * self.route.target[1]
        colours = sum(self._enlarger.passes(1 if kind.grey else 3) for kind in self._kinds)
        alpha = self.count * self._enlarger.passes(1) if self._wanted.alpha == "model" and self.channels == 4 else 0
        return pixels * (colours + alpha)
