"""How right the kept world draws: pictures of many sentences at once, by ComfyUI's own sampler, and their verdicts."""

from dataclasses import dataclass

import numpy as np
import torch

from . import latent
from .judge import KINDS, Verdict, judge, right
from .scene import Scene

STEPS, CFG, SAMPLER, SCHEDULER = 12, 2.0, "dpmpp_2m", "sgm_uniform"
TOGETHER = 50
"""Pictures that are drawn at once."""


@dataclass(frozen=True)
class Models:
    """What the node Load Small World gives."""

    model: object
    clip: object
    vae: object


def drawn(models: Models, sentences: list[str], seed: int, steps: int = STEPS, cfg: float = CFG) -> np.ndarray:
    """A picture of each sentence: uint8 [N, 64, 64, 3]."""
    parts = [sentences[begin : begin + TOGETHER] for begin in range(0, len(sentences), TOGETHER)]
    return np.concatenate([_together(models, part, seed + number, steps, cfg) for number, part in enumerate(parts)])


def _together(models: Models, sentences: list[str], seed: int, steps: int, cfg: float) -> np.ndarray:
    import nodes

    encode = nodes.CLIPTextEncode().encode
    # One entry whose rows are the sentences: a batch as the sampler has it anyway.
    told = torch.cat([encode(models.clip, sentence)[0][0][0] for sentence in sentences])
    noise = torch.zeros(len(sentences), latent.CHANNELS, *[64 // latent.BLOCK] * 2)
    negative = encode(models.clip, "")[0]
    (found,) = nodes.common_ksampler(
        models.model, seed, steps, cfg, SAMPLER, SCHEDULER, [[told, {}]], negative, {"samples": noise}
    )
    (pictures,) = nodes.VAEDecode().decode(models.vae, found)
    return (pictures * 255).round().byte().numpy()


def shares(verdicts: list[Verdict], meant: list[Scene]) -> dict[str, float]:
    """Share of pictures, in percent, that have each kind right, all but the place, and all."""
    kinds = [right(verdict.scene, scene) for verdict, scene in zip(verdicts, meant, strict=True)]
    found = {kind: 100 * float(np.mean([one[kind] for one in kinds])) for kind in KINDS}
    but_place = [all(one[kind] for kind in KINDS if kind != "place") for one in kinds]
    return {
        **found,
        "all but place": 100 * float(np.mean(but_place)),
        "all": 100 * float(np.mean([all(one.values()) for one in kinds])),
        "sure": 100 * float(np.mean([verdict.sure for verdict in verdicts])),
    }


def judged(pictures: np.ndarray) -> list[Verdict]:
    """What is seen in each picture."""
    return [judge(picture) for picture in pictures]
