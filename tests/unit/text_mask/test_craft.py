"""CRAFT's weights in both public layouts, and words from its maps. Parity with Keras: test_keras_ocr.py."""

import numpy as np
import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_mask.engines import craft, heat
from dancheong.testing.models import text_engines
from torch.nn import functional


@pytest.fixture(scope="module")
def tensors():
    return text_engines.craft_tensors()


@pytest.fixture(scope="module")
def network(tensors, tmp_path_factory):
    return craft.load(text_engines.craft(tmp_path_factory.mktemp("craft") / "craft.safetensors", tensors))


def reference(tensors, x):
    """The network written from the public file's names alone, batch norm by batch norm."""

    def conv(key, x, norm=True, **options):
        x = functional.conv2d(x, tensors[f"{key}.weight"], tensors[f"{key}.bias"], **options)
        if norm:
            stem, number = key.rsplit(".", 1)
            stats = [tensors[f"{stem}.{int(number) + 1}.{name}"] for name in ("running_mean", "running_var")]
            affine = [tensors[f"{stem}.{int(number) + 1}.{name}"] for name in ("weight", "bias")]
            x = functional.batch_norm(x, *stats, *affine, eps=1e-5)
        return x

    taps = []
    for slice_, numbers in ((1, (0, 3, 7, 10)), (2, (14, 17)), (3, (20, 24, 27)), (4, (30, 34, 37))):
        for number in numbers:
            if number in (7, 14, 24, 34):
                x = functional.max_pool2d(x, 2, 2)
            x = conv(f"basenet.slice{slice_}.{number}", x, padding=1)
            x = x if number == 37 else x.relu()
        taps.append(x)
    x = functional.max_pool2d(x, 3, 1, 1)
    x = conv("basenet.slice5.1", x, norm=False, padding=6, dilation=6)
    x = conv("basenet.slice5.2", x, norm=False)
    for number, tap in zip((1, 2, 3, 4), reversed(taps), strict=True):
        x = functional.interpolate(x, tap.shape[2:], mode="bilinear", align_corners=False)
        x = conv(f"upconv{number}.conv.0", torch.cat([x, tap], 1)).relu()
        x = conv(f"upconv{number}.conv.3", x, padding=1).relu()
    for number in (0, 2, 4, 6):
        x = conv(f"conv_cls.{number}", x, norm=False, padding=1 if number < 6 else 0).relu()
    return conv("conv_cls.8", x, norm=False)


@pytest.mark.parametrize("layout", ["pth", "h5", "safetensors"])
def test_both_layouts_give_the_public_networks_answer(tmp_path, tensors, layout):
    network = craft.load(text_engines.craft(tmp_path / f"craft_mlt_25k.{layout}", tensors))
    picture = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    expected = reference(tensors, picture)
    assert expected.std() > 0.01
    assert (network(picture) - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize("key", ["basenet.slice4.38.running_mean", "conv_cls.8.bias", "upconv2.conv.1.weight"])
def test_a_changed_weight_is_noticed(network, tensors, key):
    picture = torch.randn(1, 3, 48, 80, generator=torch.Generator().manual_seed(1))
    expected = reference({**tensors, key: tensors[key] + 0.5}, picture)
    assert (network(picture) - expected).abs().max() > 1e-3 * expected.abs().max()


def test_other_files_are_refused_by_name(tmp_path, tensors):
    torch.save({"weight": torch.zeros(3)}, tmp_path / "craft_other.pth")
    with pytest.raises(UserError, match=r"craft_other.pth is not a CRAFT text detector: expected basenet"):
        craft.load(tmp_path / "craft_other.pth")
    torch.save([torch.zeros(3)], tmp_path / "craft_list.pth")
    with pytest.raises(UserError, match="expected named tensors"):
        craft.load(tmp_path / "craft_list.pth")
    whole = text_engines.craft(tmp_path / "craft.h5", tensors).read_bytes()
    (tmp_path / "craft_cut.h5").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"craft_cut.h5 is (damaged|not a CRAFT)"):
        craft.load(tmp_path / "craft_cut.h5")


def test_pictures_are_normalised_as_imagenet():
    prepared = craft.prepare(np.full((4, 6, 3), 255, np.uint8))
    assert prepared.shape == (1, 3, 4, 6)
    assert prepared[0, :, 0, 0].tolist() == pytest.approx(
        [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]
    )


def maps(*words, size=(100, 200)):
    """Heat of words given as (left, top, letters, letter size): letters with links between them."""
    answer = np.zeros((*size, 2), np.float32)
    for left, top, letters, side in words:
        for index in range(letters):
            x = left + index * (side + 2)
            answer[top : top + side, x : x + side, 0] = 0.9
            if index:
                answer[top + side // 4 : top + 3 * side // 4, x - 3 : x + 1, 1] = 0.8
    return answer


def test_linked_letters_are_one_word():
    found = heat.words(maps((20, 30, 5, 10), (120, 60, 2, 12)), 4.0, (800, 400))
    assert len(found) == 2
    first, second = found
    assert first.polygon.min(axis=0) == pytest.approx([80, 120], abs=16)
    assert first.polygon.max(axis=0) == pytest.approx([80 + 58 * 4, 160], abs=16)
    assert second.score == pytest.approx(0.9)


def test_faint_and_tiny_areas_are_no_words():
    faint = maps((20, 30, 5, 10)) * np.float32(0.6)
    assert heat.words(faint, 2.0, (400, 200)) == []
    assert heat.words(maps((20, 30, 1, 3)), 2.0, (400, 200)) == []


def test_words_stay_inside_the_picture():
    (found,) = heat.words(maps((0, 0, 6, 12)), 2.0, (400, 200))
    assert (found.polygon >= 0).all() and (found.polygon <= [400, 200]).all()
