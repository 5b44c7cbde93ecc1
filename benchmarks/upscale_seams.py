"""How far a tile must look beyond its edge: half of a strip from itself and a halo, against the strip in one piece."""

from ..testing.models import upscale as models
from .upscale_bench import Bench

WIDTH, HEIGHT = 192, 32
WEIGHTS = {"random, 0.1 of He": 0.1, "smoothed, 0.5 of He": 0.5, "random, He": 1.0}
"""Weights of an x4plus -> gain of its dense blocks."""


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
