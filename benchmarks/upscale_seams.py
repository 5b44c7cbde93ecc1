"""How far a tile must look beyond its edge: half of a strip from itself and a halo, against the strip in one piece.

Trained networks are seen on twelve strips of their own, each in two long tiles: how far an error lies from a tile's end
says what every halo leaves.
"""

import statistics

import numpy as np

from ..testing.models import real_upscale
from ..testing.models import upscale as models
from .upscale_bench import Bench

WIDTH, HEIGHT = 192, 32
WEIGHTS = {"random, 0.1 of He": 0.1, "smoothed, 0.5 of He": 0.5, "random, He": 1.0}
"""Weights of an x4plus -> gain of its dense blocks."""

TRAINED_HALOS = (10, 18, 32, 48, 64, 80)
"""px; 10 is Real-ESRGAN's own, 32 ComfyUI's overlap."""
LONG, TALL, TILE = 288, 48, 184
"""px of the strips for trained networks, and the width of a tile."""
PLACES = (
    "astronaut", "chelsea", "coffee", "rocket", "retina", "hubble_deep_field", "moon", "page", "text", "motorcycle_left"
)  # fmt: skip
"""Strips out of scikit-image's pictures: people, animals, things, skies with stars, small print."""


def rows() -> list[dict]:
    """Largest differences in 1/255 by halo, in a process that is ComfyUI."""
    import torch

    from ..nodes.upscale.seams import HALOS

    bench = Bench("x4plus", WIDTH, HEIGHT)
    low = torch.rand(1, 3, 4, 24, generator=torch.Generator().manual_seed(1))
    smooth = torch.nn.functional.interpolate(low, size=(HEIGHT, WIDTH), mode="bicubic")[0].movedim(0, -1)
    strip = (0.8 * smooth + 0.2 * bench.picture[0]).clamp(0, 1)
    found = []
    for name, gain in WEIGHTS.items():
        errors = differences(x4plus(gain, name.startswith("smoothed"), strip, bench.model.patcher), strip, HALOS)
        found.append({"weights": f"x4plus, {name}", **{f"halo {halo}": round(error, 4) for halo, error in errors}})
    for name in ("general", "anime"):
        errors = differences(Bench(name, WIDTH, HEIGHT).model, strip)
        found += [
            {"weights": f"{name}, random", "its exact halo": halo, "there": f"{error:.2e}"} for halo, error in errors
        ]
    return found


def trained() -> list[dict]:
    """The largest of twelve strips by halo, and the median at the network's own, in 1/255."""
    import torch

    from ..nodes.upscale import comfy_load
    from ..nodes.upscale.network import network_of

    found = []
    for name in real_upscale.NAMES:
        network = network_of(comfy_load.load(real_upscale.pair(name), None, 1.0).model)
        with torch.inference_mode():
            errors = {what: by_distance(network, strip) for what, strip in strips(seed=1).items()}
        print(name, {what: round(float(error[network.halo :].max()), 3) for what, error in errors.items()}, flush=True)
        own = [float(error[network.halo :].max()) for error in errors.values()]
        worst = {halo: max(float(error[halo:].max()) for error in errors.values()) for halo in TRAINED_HALOS}
        found.append({
            "network": name, **{f"halo {halo}": round(error, 3) for halo, error in worst.items()},
            "its halo": network.halo, "there, largest": round(max(own), 3), "median": round(statistics.median(own), 3),
        })  # fmt: skip
    return found


def by_distance(network, strip):
    """`[TILE]`, largest difference in 1/255 of each px by its distance from the end of a tile."""
    import torch

    planes = torch.from_numpy(strip).movedim(-1, 0)[None]
    whole, left, right = (
        network.run(part, (0, 0, TALL, part.shape[3])).clamp(0, 1)
        for part in (planes, planes[..., :TILE], planes[..., -TILE:])
    )
    ends = (left - whole[..., : left.shape[3]]).flip(3), right - whole[..., -right.shape[3] :]
    wrong = torch.stack([end.abs().amax((0, 1, 2)) for end in ends]).amax(0)
    return 255 * wrong.view(TILE, network.scale).amax(1)


def strips(seed: int) -> dict[str, np.ndarray]:
    """Name -> `[TALL,LONG,3]` float32: pieces of PLACES where the seed says, a dark sky with stars, a drawing."""
    from PIL import Image, ImageDraw
    from skimage import color, data, util

    rng = np.random.default_rng(seed)
    found = {}
    for name in PLACES:
        picture = data.stereo_motorcycle()[0] if name == "motorcycle_left" else getattr(data, name)()
        picture = util.img_as_float32(picture)
        picture = picture if picture.ndim == 3 else color.gray2rgb(picture)
        top, left = rng.integers(picture.shape[0] - TALL), rng.integers(picture.shape[1] - LONG)
        found[name] = picture[top : top + TALL, left : left + LONG, :3]
    sky = np.linspace(6, 22, TALL, dtype=np.float32)[:, None, None] * np.array([0.6, 0.7, 1.2], np.float32) / 255
    sky = np.tile(sky, (1, LONG, 1))
    sky[rng.integers(0, TALL, 50), rng.integers(0, LONG, 50)] = rng.uniform(0.2, 1, (50, 1))
    sheet = Image.new("RGB", (LONG, TALL), (250, 244, 230))
    pen = ImageDraw.Draw(sheet)
    for _ in range(12):
        x, y, radius = (int(rng.integers(low, high)) for low, high in ((0, LONG), (0, TALL), (6, 25)))
        colour = tuple(int(level) for level in rng.integers(30, 230, 3))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline=(20, 20, 20), width=2)
    return {**found, "stars": sky, "drawing": np.asarray(sheet, np.float32) / 255}


def differences(model, strip, halos: tuple[int, ...] = ()) -> list[tuple[int, float]]:
    """(halo, largest difference in 1/255); without halos at the network's own."""
    import torch

    from ..nodes.upscale.comfy_enlarger import Enlarger, Limits
    from ..nodes.upscale.report import Work
    from ..nodes.upscale.seams import measure

    enlarger = Enlarger(model, Limits(precision="float32"))
    halos = halos or (enlarger.network.halo,)
    with torch.inference_mode():
        found = measure(lambda cut: enlarger.run(strip, cut, Work(), lambda *_: None), WIDTH, HEIGHT, 1, halos)
    return [(seam.halo, float(seam.error)) for seam in found]


def x4plus(gain: float, is_smoothed: bool, strip, patcher):
    """The network with weights whose output on the strip has a photograph's contrast."""
    import torch
    from spandrel import ModelLoader

    tap = torch.tensor([1.0, 2.0, 1.0]) / 4
    tensors = {
        key: torch.from_numpy(value) * (2**0.5 if value.ndim == 4 else 1)
        for key, value in models.rrdb(0, 64, 23, dense=gain, last=0.02).items()
    }
    for key, value in tensors.items():
        if is_smoothed and ".rdb" in key and value.ndim == 4:
            tensors[key] = value.sum((2, 3), keepdim=True) / 3 * torch.outer(tap, tap)
    with torch.inference_mode():
        contrast = ModelLoader().load_from_state_dict(tensors).eval()(strip.movedim(-1, 0)[None]).std()
    # The bias moves the picture, not its contrast.
    tensors["conv_last.weight"] *= 0.25 / contrast
    model = ModelLoader().load_from_state_dict(tensors).eval()
    model.patcher = patcher
    return model
