"""StoryGen on a MODEL leaves the MODEL, its other patches and other StoryGens as they are, and refuses other MODELs."""

import pytest
import torch
from dancheong.testing.models import storygen as storygen_models
from dancheong.testing.references.storygen import Reference
from safetensors.torch import save_file

from .test_storygen_parity import ONE_AFTER_ANOTHER, SEEN, TOLERANCE, evaluated, expected, off

APPLY = "DancheongApplyStoryGen"
SELF = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight"
TEXT = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_q.weight"


def native(comfy, model, name):
    places = comfy.module("nodes.story.comfy_load").native_places(model)
    place, _, rest = name.partition(".transformer_blocks")
    return f"diffusion_model.{places[place]}.transformer_blocks{rest}"


def lora(comfy, model, tensors):
    """A clone with a large difference on self-attention and text attention, and the tensors with it."""
    patched, changed = model.clone(), dict(tensors)
    for number, name in enumerate((SELF, TEXT)):
        more = torch.randn(tensors[name].shape, generator=torch.Generator().manual_seed(number)) * 0.3
        patched.add_patches({native(comfy, model, name): ("diff", (more,))})
        changed[name] = tensors[name] + more
    return patched, changed


def test_the_model_that_is_given_stays_as_it_is(comfy, plain, storygen, told):
    before = {name: tensor.clone() for name, tensor in plain.model.state_dict().items()}
    evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER))
    without = evaluated(comfy, told.guider(0, ONE_AFTER_ANOTHER, plain))[0]
    assert plain.patches == {} and plain.model_options == {"transformer_options": {}}
    assert all(torch.equal(tensor, before[name]) for name, tensor in plain.model.state_dict().items())
    assert off(evaluated(comfy, told.guider(0, ONE_AFTER_ANOTHER))[0], without) > SEEN


@pytest.mark.parametrize("earlier", [True, False], ids=["before", "after"])
def test_a_lora_counts_before_and_after(comfy, plain, storygen, told, tensors, earlier):
    model, changed = lora(comfy, plain if earlier else told.model, tensors)
    if earlier:
        (model,) = comfy.node(APPLY, model=model, storygen=storygen)
    ours, x, again = evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER, model))
    assert off(ours, expected(Reference(changed), told, x, again, 1)) <= TOLERANCE
    assert off(ours, expected(Reference(tensors), told, x, again, 1)) > SEEN


def test_other_patches_on_the_attentions_are_asked_and_know_text_from_none(comfy, told):
    seen = []

    def louder(n, context, value, options):
        seen.append(tuple(options["cond_or_uncond"]))
        return n, context, value * 2

    model = told.model.clone()
    model.set_model_attn2_patch(louder)
    model.set_model_attn2_output_patch(lambda n, options: n * 1.5)
    patched = evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER, model))[0]
    assert off(patched, evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER))[0]) > SEEN
    # The references' pass and "none" are without text; the picture's has both, as ComfyUI's own batches go.
    assert [one for place, one in enumerate(seen) if not place % 16] == [(1,), (1,), (1, 0)]


def test_two_storygens_in_one_graph_do_not_see_each_other(comfy, base, plain, told, reference):
    others = storygen_models.tensors(seed=4)
    mine = storygen_models.tensors()
    other = {name: (others if ".attn3." in name or ".attn1." in name else mine)[name] for name in mine}
    save_file(other, base / "models" / "storygen" / "other.safetensors")
    second = comfy.node("DancheongLoadStoryGen", file="other.safetensors")[0]
    (model,) = comfy.node(APPLY, model=plain, storygen=second)
    guiders = [told.guider(1, ONE_AFTER_ANOTHER), told.guider(1, ONE_AFTER_ANOTHER, model)]
    weights = [reference, Reference(other)]
    for which in (0, 1, 0):
        ours, x, again = evaluated(comfy, guiders[which])
        assert off(ours, expected(weights[which], told, x, again, 1)) <= TOLERANCE


def test_half_precision_is_near(comfy, base, plain, told, tensors, reference):
    half = {name: tensor.half() for name, tensor in tensors.items() if ".attn3." in name or ".norm4." in name}
    rest = {name: tensor.half() for name, tensor in tensors.items() if ".attn1." in name}
    save_file(half | rest, base / "models" / "storygen" / "half.safetensors")
    storygen = comfy.node("DancheongLoadStoryGen", file="half.safetensors")[0]
    (model,) = comfy.node(APPLY, model=plain, storygen=storygen)
    ours, x, again = evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER, model))
    assert 1e-6 < off(ours, expected(reference, told, x, again, 1)) < 2e-2


def test_its_weights_lie_in_a_patcher_of_comfyui(comfy, told, storygen):
    (patcher,) = told.model.get_nested_additional_models()
    assert patcher.model is storygen.attention.model
    evaluated(comfy, told.guider(1, ONE_AFTER_ANOTHER))
    loaded = [one.model.model for one in comfy.model_management.current_loaded_models]
    assert storygen.attention.model in loaded


def test_other_models_are_refused_in_a_sentence(comfy, plain, told, storygen, supplies):
    supplies.put("sd_xl_base_1.0.safetensors")
    sdxl = comfy.node("CheckpointLoaderSimple", ckpt_name="sd_xl_base_1.0.safetensors")[0]
    inpaint = plain.clone()
    inpaint.model.model_config.unet_config["in_channels"] = 9
    try:
        painted = comfy.try_node(APPLY, model=inpaint, storygen=storygen).error
    finally:
        plain.model.model_config.unet_config["in_channels"] = 4
    assert "got one with 9 input channels, as inpainting has: load the plain SD 1.5" in painted
    assert "Stable Diffusion 1.5 with the 16 blocks of this StoryGen, got KOALA_700M with" in (
        comfy.try_node(APPLY, model=sdxl, storygen=storygen).error
    )
    assert "one that has it already" in comfy.try_node(APPLY, model=told.model, storygen=storygen).error
