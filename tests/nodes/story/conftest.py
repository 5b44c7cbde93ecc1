"""A tiny StoryGen of all 16 blocks, its reference, and what both are told."""

import pytest
import torch
from dancheong.testing.models import storygen as storygen_models
from dancheong.testing.references.storygen import Reference
from safetensors.torch import save_file

CFG, IMAGE_CFG = 7.0, 3.5


def numbers(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="session")
def tensors():
    return storygen_models.tensors()


@pytest.fixture(scope="session")
def reference(tensors):
    return Reference(tensors)


@pytest.fixture(scope="session")
def storygen(comfy, base, tensors):
    """As Load StoryGen gives it."""
    folder = base / "models" / "storygen"
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "parity.safetensors")
    return comfy.node("DancheongLoadStoryGen", file="parity.safetensors")[0]


@pytest.fixture(scope="session")
def plain(comfy):
    """A MODEL of those sizes and of other weights, self-attentions included."""
    others = storygen_models.tensors(seed=9)
    mine = storygen_models.tensors()
    return storygen_models.model({name: others[name] if ".attn1." in name else mine[name] for name in mine})


@pytest.fixture(scope="session")
def told(comfy, storygen, plain):
    """MODEL with StoryGen, random texts, and random latents of three references."""
    return Told(comfy, comfy.node("DancheongApplyStoryGen", model=plain, storygen=storygen)[0])


class Told:
    """What both are told, and a VAE that encodes whatever it sees as these latents."""

    def __init__(self, comfy, model):
        latents, texts = numbers(1, 4, 4, 8, 8), numbers(2, 5, 1, 7, storygen_models.CONTEXT)
        self.comfy, self.model, self.encoded = comfy, model, latents
        self.null, *self.latents = (latents * 0.18215).split(1)
        *self.captions, self.text, self.negative = texts

    def encode(self, pixels):
        self.seen = pixels
        return self.encoded[: len(pixels)]

    def guider(self, count, stage, model=None):
        """As Story Guider makes it, with `count` references."""
        made = self.comfy.module("nodes.story.comfy_references")
        pictures = torch.rand(count, 64, 64, 3, generator=torch.Generator().manual_seed(3))
        captions = [[[caption, {}]] for caption in self.captions[:count]]
        negative = [[self.negative, {}]]
        references = made.References(self, pictures, captions, negative, made.AS_TRAINED, stage)
        return self.comfy.node(
            "DancheongStoryGuider",
            model=model or self.model,
            positive=[[self.text, {}]],
            text_only=negative,
            negative=negative,
            cfg=CFG,
            image_cfg=IMAGE_CFG,
            **({"references": references} if count else {}),
        )[0]
