"""How a loop learns: how long, how fast, how often it looks at itself."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """A run of the loop; two runs of one plan and one task on one machine end with the same numbers."""

    steps: int
    learning_rate: float
    warm_up: int = 0
    """Steps over which the rate rises from 0."""
    falls: bool = True
    """The rate falls to 0 by a cosine; else it stays."""
    accumulate: int = 1
    """Batches whose gradients are averaged for one step."""
    clip: float = 1.0
    """Largest norm of all gradients together."""
    weight_decay: float = 0.0
    average: float = 0.0
    """Decay of the running mean of what learns (EMA), which is measured and kept in place of it; 0 for none."""
    measure_every: int = 100
    save_every: int = 1000
    seed: int = 0

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 1.

        >>> plan = Plan(steps=100, learning_rate=1.0, warm_up=10)
        >>> [round(plan.rate(step), 3) for step in (1, 10, 55, 100)]
        [0.1, 1.0, 0.5, 0.0]
        """
        if step < self.warm_up:
            return self.learning_rate * step / self.warm_up
        if not self.falls:
            return self.learning_rate
        way = (step - self.warm_up) / max(self.steps - self.warm_up, 1)
        return self.learning_rate * (1 + math.cos(math.pi * way)) / 2

    def decay(self, step: int) -> float:
        """How much of the running mean stays at a step: little at first, so that the start is soon forgotten.

        >>> [round(Plan(1000, 1.0, average=0.99).decay(step), 3) for step in (1, 10, 1000)]
        [0.182, 0.55, 0.99]
        """
        return min(self.average, (1 + step) / (10 + step))
