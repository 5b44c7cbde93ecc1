"""Auto through ComfyUI's executor: nothing outside changes, transparency has no colour, it can be stopped."""

import numpy as np
import pytest
import torch

SIZE = (100, 120)
ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]]
CHECKS = torch.from_numpy(np.stack([0.2 + 0.6 * ((ROWS // 6 + COLUMNS // 6) % 2)] * 3, -1)).float()


def hole():
    mask = torch.zeros(1, *SIZE)
    mask[:, 40:62, 45:75] = 1
    return mask


def with_letters(picture, colour=1.0):
    return torch.where(hole()[..., None] > 0, colour, picture[None])


def erased(comfy, image, **inputs):
    return comfy.node("DancheongEraseMasked", image=image, mask=hole(), **inputs)[0]


def error(filled, picture):
    return float((filled[0] - picture)[hole()[0] > 0].abs().mean())


def test_auto_is_the_default_and_goes_on_where_telea_blurs(comfy):
    image = with_letters(CHECKS)
    clean = erased(comfy, image)
    assert torch.equal(clean, erased(comfy, image, method="auto"))
    assert torch.equal(clean[hole() == 0], image[hole() == 0])
    assert error(clean, CHECKS) < 0.2 * error(erased(comfy, image, method="telea"), CHECKS)


FORMS = {"grey": [0], "grey with alpha": [0, 3], "alpha": [0, 1, 2, 3]}


@pytest.mark.parametrize("channels", FORMS.values(), ids=FORMS)
def test_grey_pictures_and_alpha_keep_their_form(comfy, channels):
    alpha = torch.linspace(0.2, 1, SIZE[1]).expand(*SIZE)[..., None]
    picture = torch.cat([CHECKS, alpha], -1)[..., channels]
    image = torch.cat([with_letters(CHECKS), alpha[None]], -1)[..., channels]
    clean = erased(comfy, image)
    outside = hole() == 0
    assert clean.shape == image.shape and torch.equal(clean[outside], image[outside])
    assert 3 not in channels or torch.equal(clean[..., -1], image[..., -1])
    assert error(clean, picture) < 0.05


@pytest.mark.parametrize("method", ["auto", "telea", "ns"])
def test_letters_leave_the_alpha_too(comfy, method):
    """On a transparent ground letters are what is opaque: without their alpha they would turn black, or stay."""
    image = torch.zeros(1, *SIZE, 4)
    image[:, 44:58, 50:70] = 1
    clean = erased(comfy, image, method=method)
    assert clean[..., 3].max() < 0.02


@pytest.mark.parametrize("method", ["auto", "telea", "ns"])
def test_what_is_transparent_is_not_seen_as_black(comfy, method):
    picture = torch.full((1, *SIZE, 4), 0.8)
    picture[..., 3] = 1
    picture[:, :, 80:] = 0
    image = picture.clone()
    image[:, 40:62, 60:78, :3] = torch.tensor([0.0, 0.0, 1.0])
    mask = torch.zeros(1, *SIZE)
    mask[:, 38:64, 58:80] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask, method=method)
    assert (clean - picture).abs().max() < 0.02


def test_an_interrupt_ends_the_filling(comfy, monkeypatch):
    class Stop(Exception):
        pass

    calls = []

    def check():
        calls.append(1)
        if len(calls) == 6:
            raise Stop("stopped")

    monkeypatch.setattr(comfy.module("nodes.erase.comfy_exemplar"), "check_interrupt", check)
    assert "stopped" in str(comfy.try_node("DancheongEraseMasked", image=with_letters(CHECKS), mask=hole()).error)
    assert len(calls) == 6


def test_too_little_memory_on_the_device_goes_to_the_cpu(comfy, monkeypatch):
    room = comfy.module("nodes.erase.comfy_exemplar")
    at, real = [], room.fill

    def small(picture, *arguments, **options):
        at.append(picture.device.type)
        if picture.device.type != "cpu":
            raise torch.OutOfMemoryError("too little")
        return real(picture, *arguments, **options)

    monkeypatch.setattr(room, "fill", small)
    monkeypatch.setattr(room.model_management, "get_torch_device", lambda: torch.device("meta"))
    filled = room.fill_by_copies(CHECKS, hole()[0] > 0, torch.zeros(SIZE, dtype=torch.bool), lambda _: None)
    assert at == ["meta", "cpu"] and filled.device.type == "cpu"
