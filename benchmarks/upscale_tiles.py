"""Seams of the trained networks as the nodes tile by default, beside Real-ESRGAN's tiles and ComfyUI's.

`python -m benchmarks upscale_tiles [--seed 0] [--most 4]`. Twelve pictures, of each a band of 432 x 40 px at a place
that the seed draws, and tiles in it against the band in one piece: the largest difference in 1/255.

- 200 MB, 800 MB: a tile as the plan for a page of 768 x 1120 px cuts it under that limit
- Real-ESRGAN: the same tile as that of 200 MB with 10 px around it, as its command line cuts
- ComfyUI: its own `tiled_scale` in two tiles that overlap and fade by 32 px, as its node calls it
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from ..testing import comfy_host
from ..testing.models import real_upscale
from ..testing.scenes import enlarged
from .kit import pieces

MB = 1024**2
PAGE = (768, 1120)
LENGTH, TALL, AROUND = 432, 40, 160
"""px of a band, and what a px in it is given of the band to each side: beyond, no network was seen to look."""
EDGE = LENGTH - AROUND
OVERLAP, PAD = 32, 10
"""px, ComfyUI's and Real-ESRGAN's."""


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="upscale_tiles")
    parser.add_argument("--seed", type=int, default=0, help="of the places in the pictures")
    parser.add_argument("--pictures", type=int, help="the first so many of the twelve")
    parser.add_argument("--most", type=int, help="pictures to do now, kept for a call without it")
    chosen = parser.parse_args(options)
    wanted = [("bands", name, str(chosen.seed)) for name in list(enlarged.PICTURES)[: chosen.pictures]]
    found = pieces.gathered("upscale_tiles", str(chosen.seed), wanted, chosen.most)
    if found is None:
        return None
    bands = [{"network": network, "picture": piece[1], **errors}
             for piece in wanted for network, errors in found[piece].items()]  # fmt: skip
    seams = []
    for network in real_upscale.NAMES:
        of = [band for band in bands if band["network"] == network]
        seams += [row(network, way, [band[way] for band in of]) for way in list(of[0])[2:]]
    return {"seams": seams}


def row(network: str, way: str, errors: list[float]) -> dict:
    return {"network": network, "tiles": way, "pictures": len(errors), "largest": round(max(errors), 3),
            "median": round(statistics.median(errors), 3)}  # fmt: skip


def part(_: str, picture: str, seed: str) -> dict[str, dict[str, float]]:
    """What `band` finds of a picture for every network."""
    import torch

    with tempfile.TemporaryDirectory() as base:
        comfy_host.start(Path(base))
        from ..nodes.upscale import comfy_load

        models = {name: comfy_load.load(real_upscale.pair(name), None, 1.0).model for name in real_upscale.NAMES}
        with torch.inference_mode():
            return {name: band(model, picture, int(seed)) for name, model in models.items()}


def band(model, name: str, seed: int) -> dict[str, float]:
    """Way of tiling -> the largest difference in 1/255."""
    import torch
    from comfy.utils import tiled_scale

    from ..nodes.upscale.network import network_of

    network = network_of(model)
    planes = torch.from_numpy(enlarged.piece(name, LENGTH, TALL, seed)).movedim(-1, 0)[None]

    def run(first: int, last: int, halo: int):
        """Columns of the band as a tile with a halo."""
        start, end = max(0, first - halo), min(LENGTH, last + halo)
        return network.run(planes[..., start:end], (0, first - start, TALL, last - start)).clamp(0, 1)

    expected = run(0, LENGTH, 0)

    def error(made, first: int, last: int) -> float:
        part = expected[..., first * network.scale : last * network.scale]
        return 255 * float((made[..., -part.shape[3] :] - part).abs().max())

    inner = min(AROUND + length(network, 200), EDGE)
    core = tiled_scale(planes, model, tile_x=(LENGTH + OVERLAP) // 2, tile_y=TALL, overlap=OVERLAP,
                       upscale_amount=network.scale).clamp(0, 1)  # fmt: skip
    wide = min(length(network, 800), EDGE)
    middle = LENGTH // 2
    seen = slice((middle - AROUND // 2) * network.scale, (middle + AROUND // 2) * network.scale)
    return {
        "200 MB": error(run(AROUND, inner, network.halo), AROUND, inner),
        "800 MB": error(run(EDGE - wide, EDGE, network.halo), max(AROUND, EDGE - wide), EDGE),
        f"Real-ESRGAN, {PAD} px": error(run(AROUND, inner, PAD), AROUND, inner),
        f"ComfyUI, {OVERLAP} px": 255 * float((core - expected)[..., seen].abs().max()),
    }


def length(network, limit: int) -> int:
    """px of a tile of a page along the direction that is cut more often."""
    from ..nodes.upscale import tiles

    cut = tiles.grid(*PAGE, network.halo, network.multiple, limit * MB // (network.values_per_pixel * 4))
    return cut.tile[0] if cut.columns > cut.rows else cut.tile[1]
