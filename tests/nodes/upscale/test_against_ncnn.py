"""Pairs as our loader reads them against ncnn, which runs the same two files."""

import numpy as np
import pytest
import torch
from dancheong.runner.demo import sample_cover
from dancheong.testing.models import ncnn_pairs, real_upscale, upscale
from dancheong.testing.models.ncnn_pairs import Style
from dancheong.testing.references import ncnn_engine

LEVEL = 1 / 255
TOLERANCE = 0.01 * LEVEL


@pytest.fixture(scope="module")
def enlarged(comfy):
    """What our loader's network makes of a picture."""
    load = comfy.module("nodes.upscale.comfy_load").load

    def run(param, picture):
        model = load(param, None, 1.0).model
        with torch.inference_mode():
            return model.model(torch.from_numpy(picture).movedim(-1, 0)[None])[0].movedim(0, -1).numpy()

    return run


def picture(height, width, seed=0):
    """Colours that change smoothly, and noise: flat areas, edges and grain."""
    rng = np.random.default_rng(seed)
    low = torch.from_numpy(rng.random((1, 3, 4, 5), np.float32))
    smooth = torch.nn.functional.interpolate(low, (height, width), mode="bicubic")[0].movedim(0, -1).numpy()
    return (0.8 * smooth + 0.2 * rng.random((height, width, 3), np.float32)).clip(0, 1)


def drawn(weights, seed=0):
    """Biases that are not all alike."""
    rng = np.random.default_rng(seed)
    return {
        key: rng.normal(0, 0.2, array.shape).astype(np.float32) if key.endswith(".bias") else array
        for key, array in weights.items()
    }


def write(folder, kind, style, seed=0):
    if kind == "rrdb":
        return ncnn_pairs.rrdb(drawn(upscale.rrdb(seed, blocks=2)), folder / "tiny.param", style)
    return ncnn_pairs.compact(drawn(upscale.compact(seed, layers=3)), folder / "tiny.param", style)


def difference(one, other):
    return float(np.abs(one - other).max())


@pytest.mark.parametrize("kind", ["rrdb", "compact"])
@pytest.mark.parametrize("style", [Style(), Style(half=False, fused=False, eltwise=False)], ids=str)
def test_every_network_makes_what_ncnn_makes(enlarged, tmp_path, kind, style):
    param, source = write(tmp_path, kind, style), picture(19, 26)
    assert difference(enlarged(param, source), ncnn_engine.run(param, source)) <= TOLERANCE


def swapped(first, second):
    """Two tensors of one size in each other's place, as a reader in another order has them."""

    def change(weights):
        for ending in ("weight", "bias"):
            one, other = f"{first}.{ending}", f"{second}.{ending}"
            if one in weights:
                weights[one], weights[other] = weights[other], weights[one]

    return change


def zeroed(name):
    def change(weights):
        weights[name] = np.zeros_like(weights[name])

    return change


def blocks_swapped(weights):
    for part in (1, 2, 3):
        for number in range(1, 6):
            swapped(f"body.0.rdb{part}.conv{number}", f"body.1.rdb{part}.conv{number}")(weights)


def transposed(name):
    """Weights of one convolution read with outputs and inputs changed over."""

    def change(weights):
        weights[name] = np.ascontiguousarray(weights[name].swapaxes(0, 1))

    return change


@pytest.mark.parametrize(
    ("kind", "mutation"),
    [
        pytest.param("rrdb", blocks_swapped, id="blocks swapped"),
        pytest.param("rrdb", swapped("conv_up1", "conv_up2"), id="layers swapped"),
        pytest.param("rrdb", swapped("body.0.rdb1.conv2", "body.0.rdb2.conv2"), id="dense blocks swapped"),
        pytest.param("rrdb", transposed("conv_hr.weight"), id="in another order"),
        pytest.param("rrdb", zeroed("body.1.rdb3.conv5.bias"), id="a bias lost"),
        pytest.param("compact", swapped("body.2", "body.4"), id="layers swapped"),
        pytest.param("compact", zeroed("body.3.weight"), id="slopes lost"),
        pytest.param("compact", swapped("body.1", "body.3"), id="slopes swapped"),
        pytest.param("compact", transposed("body.2.weight"), id="in another order"),
    ],
)
def test_a_network_that_is_read_wrongly_is_noticed(enlarged, tmp_path, kind, mutation):
    """The same comparison, when our side gets what a wrong reader would read."""
    source = picture(19, 26)
    right = ncnn_engine.run(write(tmp_path / "right", kind, Style()), source)
    weights = drawn(upscale.rrdb(0, blocks=2)) if kind == "rrdb" else drawn(upscale.compact(0, layers=3))
    mutation(weights)
    wrong = getattr(ncnn_pairs, kind)(weights, tmp_path / "wrong" / "tiny.param")
    assert difference(enlarged(wrong, source), right) > 10 * TOLERANCE


@pytest.mark.parametrize("name", real_upscale.NAMES)
def test_the_trained_networks_make_what_ncnn_makes(enlarged, name):
    pavilion = np.asarray(sample_cover.draw())[720:752, 100:140]
    param, source = real_upscale.pair(name), pavilion.astype(np.float32) / 255
    ours = enlarged(param, source)
    assert ours.shape == (128, 160, 3)
    assert difference(ours, ncnn_engine.run(param, source)) <= TOLERANCE
    # And it is the picture that was enlarged: both sides could make the same noise.
    reduced = torch.nn.functional.interpolate(
        torch.from_numpy(ours).movedim(-1, 0)[None], source.shape[:2], mode="area"
    )
    assert difference(reduced[0].movedim(0, -1).numpy().mean((0, 1)), source.mean((0, 1))) <= 5 * LEVEL
    assert float(np.abs(reduced[0].movedim(0, -1).numpy() - source).mean()) <= 6 * LEVEL


@pytest.mark.parametrize("name", real_upscale.NAMES)
def test_what_is_converted_from_a_trained_pair_loads_in_comfyui_itself(comfy, base, enlarged, tmp_path, name):
    folder = base / "models" / "upscale_models"
    folder.mkdir(parents=True, exist_ok=True)
    comfy.module("nodes.upscale").convert(real_upscale.pair(name), folder / f"converted-{name}.safetensors")
    (core,) = comfy.node("UpscaleModelLoader", model_name=f"converted-{name}.safetensors")
    source = picture(12, 10)
    with torch.inference_mode():
        made = core.model(torch.from_numpy(source).movedim(-1, 0)[None])[0].movedim(0, -1).numpy()
    assert np.array_equal(made, enlarged(real_upscale.pair(name), source))
