"""Where a run of the loop stands."""

from dataclasses import dataclass, field

import torch


@dataclass
class Outcome:
    """Its steps, what was measured, and the best so far."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    """Of every step."""
    figures: list[dict[str, float]] = field(default_factory=list)
    """What was measured, each with its `step`; the first at step 0."""
    best_step: int = 0
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    """What learned, as it was when its held-out loss was smallest."""
