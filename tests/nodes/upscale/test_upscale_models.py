"""Real-ESRGAN's public files, each in its exact layout: loaded, blended, refused, and run in pieces."""

from functools import partial

import pytest
import torch
from dancheong.testing.models import upscale_files
from dancheong.testing.models.lama import big_lama
from dancheong.testing.models.upscale import rrdb


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Name -> path of every public file."""
    folder = tmp_path_factory.mktemp("public")
    seeds = {"realesr-general-wdn-x4v3": 1}
    return {name: upscale_files.write(folder, name, seeds.get(name, 0)) for name in upscale_files.PUBLIC}


@pytest.fixture(scope="module")
def load(comfy):
    module = comfy.module("nodes.upscale.comfy_load")
    return lambda path, other=None, strength=1.0: module.load(path, other, strength).model


@pytest.fixture(scope="module")
def refused(comfy):
    """What a test expects of a file that is refused: ComfyUI loads the pack under a name of its own."""
    return partial(pytest.raises, comfy.module("nodes.ground").UserError)


@pytest.fixture(scope="module")
def network_of(comfy):
    return comfy.module("nodes.upscale.network").network_of


def picture(height=12, width=20):
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("RealESRGAN_x4plus", ["64nf", "23nb"]),
        ("RealESRNet_x4plus", ["64nf", "23nb"]),
        ("RealESRGAN_x2plus", ["64nf", "23nb", "unshuffle"]),
        ("RealESRGAN_x4plus_anime_6B", ["64nf", "6nb"]),
        ("realesr-animevideov3", ["64nf", "16nc"]),
        ("realesr-general-x4v3", ["64nf", "32nc"]),
        ("realesr-general-wdn-x4v3", ["64nf", "32nc"]),
        ("ESRGAN_SRx4_DF2KOST_official-ff704c30", ["64nf", "23nb"]),
    ],
)
def test_every_public_file_loads_and_runs(files, load, network_of, name, tags):
    model = load(files[name])
    scale = upscale_files.PUBLIC[name].scale
    assert (model.scale, model.tags, model.input_channels) == (scale, tags, 3)
    assert model.patcher.model is model.model
    network, source = network_of(model), picture()
    whole = model(source)
    assert whole.shape == (1, 3, 12 * scale, 20 * scale)
    assert (network.run(source, (0, 0, 12, 20)).clamp(0, 1) - whole).abs().max() <= 1e-5


def test_core_loads_the_same(comfy, files, load):
    """ComfyUI's own way to the same file, by its own reader."""
    import comfy.utils
    from spandrel import ModelLoader

    path = files["realesr-general-x4v3"]
    core = ModelLoader().load_from_state_dict(comfy.utils.load_torch_file(str(path), safe_load=True)).eval()
    assert torch.equal(core(picture()), load(path)(picture()))


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_denoise_strength_blends_every_tensor(files, load, strength):
    strong, weak = files["realesr-general-x4v3"], files["realesr-general-wdn-x4v3"]
    blended = load(strong, weak, strength).model.state_dict()
    parts = [torch.load(path, weights_only=True)["params"] for path in (strong, weak)]
    assert set(blended) == set(parts[0])
    for key, tensor in blended.items():
        expected = strength * parts[0][key].double() + (1 - strength) * parts[1][key].double()
        assert (tensor - expected).abs().max() <= 1e-7, key
    assert (parts[0]["body.2.weight"] - parts[1]["body.2.weight"]).abs().max() > 0.01


def test_models_that_are_no_pair_are_refused(files, load, refused):
    with refused(match=r"realesr-general-x4v3\.pth and realesr-animevideov3\.pth differ in 50 tensors"):
        load(files["realesr-general-x4v3"], files["realesr-animevideov3"], 0.5)


@pytest.mark.parametrize("number", range(3))
def test_discriminators_are_refused_by_name(load, refused, tmp_path, number):
    name = upscale_files.DISCRIMINATORS[number]
    with refused(match=rf"{name}\.pth is a discriminator \(netD\).*take {name[:-5]}\.pth"):
        load(upscale_files.write_discriminator(tmp_path, name))


def test_files_that_are_no_upscale_model_are_explained(load, refused, tmp_path):
    torch.save({"some.weight": torch.zeros(3)}, tmp_path / "other.pth")
    with refused(match=r"other\.pth is no upscale model that spandrel knows"):
        load(tmp_path / "other.pth")
    torch.save({"params": {}}, tmp_path / "empty.pth")
    with refused(match="holds no weights"):
        load(tmp_path / "empty.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    with refused(match="holds no weights"):
        load(tmp_path / "list.pth")
    (tmp_path / "cut.pth").write_bytes(b"PK\3\4 cut")
    with refused(match=r"cut\.pth"):
        load(tmp_path / "cut.pth")
    torch.save({"body.0.weight": torch.zeros(3), "body.1.weight": torch.zeros(3)}, tmp_path / "flat.pth")
    with refused(match=r"flat\.pth is no upscale model that spandrel knows"):
        load(tmp_path / "flat.pth")
    tensors = dict(rrdb())
    del tensors["conv_hr.weight"]
    torch.save({key: torch.from_numpy(array) for key, array in tensors.items()}, tmp_path / "part.pth")
    with refused(match="incomplete"):
        load(tmp_path / "part.pth")
    with refused(match="is a model for Inpainting, not for enlarging"):
        load(big_lama(tmp_path / "lama.safetensors"))


@pytest.mark.parametrize(
    ("name", "halo"),
    [
        ("realesr-general-x4v3", 34),
        ("realesr-animevideov3", 18),
        ("RealESRGAN_x4plus", 80),
        ("RealESRGAN_x4plus_anime_6B", 56),
        ("RealESRGAN_x2plus", 160),
    ],
)
def test_the_halo_goes_by_architecture(files, load, network_of, name, halo):
    assert network_of(load(files[name])).halo == halo


@pytest.mark.parametrize("name", ["realesr-animevideov3", "realesr-general-x4v3"])
def test_compact_models_see_no_farther_than_their_halo(files, load, network_of, name):
    """A change at a distance of the halo is felt, one px farther it is not: the halo is exact, and no larger."""
    network = network_of(load(files[name]))
    tap = torch.zeros(1, 3, 3, 2 * network.halo + 3)
    flat = torch.nn.Parameter(torch.full_like(tap, 0.5))
    middle = network.model.model(flat)[..., network.halo * 4 : (network.halo + 1) * 4]
    felt = torch.autograd.grad(middle.double().pow(2).sum(), flat)[0].abs().sum((0, 1, 2))
    reach = felt.nonzero().flatten()
    assert int(reach.max()) == 2 * network.halo
    assert not felt[2 * network.halo + 1 :].any()


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("RealESRGAN_x4plus_anime_6B", (3, 5, 30, 41)),
        ("RealESRGAN_x4plus_anime_6B", (0, 0, 33, 47)),
        ("RealESRGAN_x4plus_anime_6B", (32, 46, 33, 47)),
        ("realesr-animevideov3", (3, 5, 30, 41)),
        ("RealESRGAN_x2plus", (4, 8, 28, 40)),
        ("RealESRGAN_x2plus", (4, 8, 33, 47)),
        ("RealESRGAN_x2plus", (0, 44, 33, 47)),
    ],
)
def test_the_inside_of_a_window_is_cut_from_the_whole(files, load, network_of, name, inner):
    """The tail in strips and columns gives every pixel that the tail at once gives."""
    model = load(files[name])
    network, source = network_of(model), picture(33, 47)
    top, left, bottom, right = (edge * model.scale for edge in inner)
    whole = model(source)[..., top:bottom, left:right]
    assert (network.run(source, inner).clamp(0, 1) - whole).abs().max() <= 1e-5


def test_esrgan_plus_is_left_to_spandrel(network_of):
    """It has more paths in its blocks than the plain trunk knows."""
    from spandrel import ModelLoader
    from spandrel.architectures.ESRGAN import ESRGAN

    torch.manual_seed(0)
    model = ModelLoader().load_from_state_dict(ESRGAN(num_filters=8, num_blocks=1, plus=True).state_dict()).eval()
    assert "ESRGAN+" in model.tags
    network = network_of(model)
    assert (network.run(picture(), (0, 0, 12, 20)) - model(picture())).abs().max() <= 1e-5
    assert type(network).__name__ == "Network"
