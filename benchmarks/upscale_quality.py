"""What trained networks bring back of pictures that were reduced to a quarter, and what half precision does to them.

`python -m benchmarks upscale_quality [reduced] [halves] [--seed 0] [--most 1]`. Twelve pictures, of each a piece of 384
x 288 px at a place that the seed draws. It is reduced by bicubic resampling and nothing else, and enlarged again; the
difference to what it was is told without a rim of 4 px. A network that draws what might have been there loses to
resampling by this measure: what counts is that ours is ComfyUI's.

- reduced: PSNR in dB and SSIM; "ours" is Upscale to Size, "ComfyUI" its own node, "Lanczos" Pillow's
- halves: pieces of 32 x 24 px in float16 by Upscale to Size, and in bfloat16, which it does not offer, by the network
  alone: the largest difference to float32 in 1/255, and CPU seconds
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from ..testing import comfy_host
from ..testing.models import real_upscale
from ..testing.scenes import enlarged
from .kit import pieces

SCALE, RIM = 4, 4
GREY = ("moon", "print")
"""Pictures without colour."""
WIDTH, HEIGHT = 384, 288
HALF_WIDTH, HALF_HEIGHT = 32, 24
"""px that half precision is tried on: a CPU without instructions for it takes minutes for more."""


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="upscale_quality")
    parser.add_argument("kinds", nargs="*", help="reduced, halves; both if none is named")
    parser.add_argument("--seed", type=int, default=0, help="of the places in the pictures")
    parser.add_argument("--most", type=int, help="networks to do now, kept for a call without it")
    chosen = parser.parse_args(options)
    kinds = chosen.kinds or list(PARTS)
    wanted = [(kind, network, str(chosen.seed)) for kind in kinds for network in real_upscale.NAMES]
    found = pieces.gathered("upscale_quality", str(chosen.seed), wanted, chosen.most)
    if found is None:
        return None
    rows = {kind: [row for piece, rows in found.items() if piece[0] == kind for row in rows] for kind in kinds}
    tables = {"halves": rows["halves"]} if "halves" in kinds else {}
    if "reduced" in kinds:
        tables |= {"pictures": by_picture(rows["reduced"]), "against": against(rows["reduced"])}
    return tables


def by_picture(rows: list[dict]) -> list[dict]:
    """What ours brings back of each picture, beside resampling."""
    found: dict[str, dict] = {}
    for row in rows:
        picture = found.setdefault(row["picture"], {"picture": row["picture"], "Lanczos, dB": row["Lanczos, dB"]})
        picture[f"{row['network']}, dB"] = row["ours, dB"]
    for row in rows:
        found[row["picture"]]["Lanczos, SSIM"] = row["Lanczos, SSIM"]
        found[row["picture"]][f"{row['network']}, SSIM"] = row["ours, SSIM"]
    return list(found.values())


def against(rows: list[dict]) -> list[dict]:
    """How far ours is from ComfyUI's: of a grey picture it leaves out the colour that the network adds."""

    def largest(of: list[dict], unit: str) -> float:
        return round(max(abs(row[f"ours, {unit}"] - row[f"ComfyUI, {unit}"]) for row in of), 4)

    found = []
    for network in real_upscale.NAMES:
        for kind, is_grey in (("in colour", False), ("grey", True)):
            of = [row for row in rows if row["network"] == network and (row["picture"] in GREY) == is_grey]
            largest_of = {f"largest difference, {unit}": largest(of, unit) for unit in ("dB", "SSIM")}
            found.append({"network": network, "pictures": kind, "count": len(of), **largest_of})
    return found


def part(kind: str, network: str, seed: str) -> list[dict]:
    """The rows of one network."""
    import torch

    with tempfile.TemporaryDirectory() as base:
        comfy_host.start(Path(base))
        from ..nodes.upscale import comfy_load

        model = comfy_load.load(real_upscale.pair(network), None, 1.0).model
        with torch.inference_mode():
            return PARTS[kind](network, model, int(seed))


def ours(model, picture: np.ndarray, precision: str = "float32"):
    """`[4H,4W,3]` of `[H,W,3]`, and the report."""
    import torch

    from ..nodes.upscale.nodes import UpscaleToSize

    height, width = (side * SCALE for side in picture.shape[:2])
    made, _, report = UpscaleToSize.execute(
        torch.from_numpy(picture)[None], width, height, "balanced", "cover", model, precision=precision
    ).args
    return made[0].numpy(), report


def reduced(network: str, model, seed: int) -> list[dict]:
    import torch
    from comfy_extras.nodes_upscale_model import ImageUpscaleWithModel
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    found = []
    for name in enlarged.PICTURES:
        truth = enlarged.piece(name, WIDTH, HEIGHT, seed)
        planes = torch.from_numpy(np.ascontiguousarray(truth)).movedim(-1, 0)[None]
        size = (HEIGHT // SCALE, WIDTH // SCALE)
        small = torch.nn.functional.interpolate(planes, size, mode="bicubic", antialias=True).clamp(0, 1)
        small = small[0].movedim(0, -1).contiguous().numpy()
        made = {
            "ours": ours(model, small)[0],
            "ComfyUI": ImageUpscaleWithModel.execute(model, torch.from_numpy(small)[None]).args[0][0].numpy(),
            "Lanczos": lanczos(small),
        }
        row = {"network": network, "picture": name}
        for way, picture in made.items():
            pair = [part[RIM:-RIM, RIM:-RIM] for part in (truth, picture)]
            row[f"{way}, dB"] = round(float(peak_signal_noise_ratio(*pair, data_range=1)), 3)
            row[f"{way}, SSIM"] = round(float(structural_similarity(*pair, channel_axis=-1, data_range=1)), 4)
        print(row, flush=True)
        found.append(row)
    return found


def lanczos(small: np.ndarray) -> np.ndarray:
    from PIL import Image

    bands = (Image.fromarray(small[..., band]).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS) for band in range(3))
    return np.stack([np.asarray(band) for band in bands], -1).clip(0, 1)


def halves(network: str, model, seed: int) -> list[dict]:
    import torch

    narrow = model.architecture.load(model.model.state_dict()).to(torch.bfloat16).eval()
    differences: dict[str, list[float]] = {"float16": [], "bfloat16": []}
    seconds = dict.fromkeys(("float32", *differences), 0.0)
    given_up = 0
    for name in enlarged.PICTURES:
        picture = np.ascontiguousarray(enlarged.piece(name, HALF_WIDTH, HALF_HEIGHT, seed))
        planes = torch.from_numpy(picture).movedim(-1, 0)[None]
        start = time.process_time()
        single = model(planes).clamp(0, 1)
        done = time.process_time()
        brain = narrow(planes.bfloat16()).float().clamp(0, 1)
        seconds["float32"] += done - start
        seconds["bfloat16"] += time.process_time() - done
        differences["bfloat16"].append(255 * float((brain - single).abs().max()))
        single, _ = ours(model, picture)
        start = time.process_time()
        half, report = ours(model, picture, "float16")
        seconds["float16"] += time.process_time() - start
        given_up += "too narrow" in report
        differences["float16"].append(255 * float(np.abs(half - single).max()))
    print(network, "float16 was given up for", given_up, "pictures", flush=True)
    return [
        {"network": network, "precision": precision, "pictures": len(errors), "largest": round(max(errors), 2),
         "median": round(statistics.median(errors), 2),
         "CPU s, of float32": round(seconds[precision] / seconds["float32"], 2)}
        for precision, errors in differences.items()
    ]  # fmt: skip


PARTS = {"reduced": reduced, "halves": halves}
