"""Pictures and words meet where transformers' CLIPModel has them, and nowhere else."""

import copy

import numpy as np
import pytest
import torch

# In words that the small tokenizer knows: transformers ends a text at an unknown piece, Load Korean CLIP does not.
TEXTS = ["고양이 두 마리", "", "a photo of two cats", "수채화 풍경", "정부는 " * 90, "뉴스"]


@pytest.fixture(autouse=True)
def inference():
    """As ComfyUI runs nodes."""
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def space(comfy, pair):
    return comfy.module("nodes.retrieval.comfy").ClipSpace(**pair.halves)


def test_cosines_are_those_of_transformers(space, pair, pictures):
    found = space.pictures(pictures) @ space.texts(TEXTS).T
    np.testing.assert_allclose(found, pair.cosines(pictures, TEXTS), atol=1e-4)
    assert np.ptp(found) > 0.05


def test_one_by_one_is_all_at_once(space, pictures):
    together = space.texts(TEXTS)
    for place, text in enumerate(TEXTS):
        np.testing.assert_allclose(space.texts([text])[0], together[place], atol=2e-6)
    alone = np.concatenate([space.pictures(picture[None]) for picture in pictures])
    assert np.array_equal(alone, space.pictures(pictures))
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_the_pooled_text_is_comfyuis(space, pair):
    clip = pair.halves["clip"]
    pooled = clip.encode_from_tokens(clip.tokenize("고양이 두 마리"), return_pooled=True)[1]
    pooled = torch.nn.functional.linear(pooled, clip.cond_stage_model.clip_l.transformer.text_projection.weight)
    expected = torch.nn.functional.normalize(pooled.float(), dim=-1)[0].numpy()
    np.testing.assert_allclose(space.texts(["고양이 두 마리"])[0], expected, atol=2e-6)


def test_brackets_are_letters_escaped_or_not_and_no_embedding_is_called(space):
    weighted, escaped, plain = space.texts(["(수채화:1.3) 풍경", r"\(수채화:1.3\) 풍경", "수채화 풍경"])
    assert np.array_equal(weighted, escaped) and not np.allclose(weighted, plain, atol=1e-2)
    assert not np.allclose(*space.texts(["embedding:nothing 태풍", "태풍"]), atol=1e-2)


def test_lengths_tell_what_is_cut(space):
    assert space.longest == 75
    lengths = space.lengths(["", "고양이", "정부는 " * 90])
    assert lengths[0] == 0 < lengths[1] < 75 < lengths[2]


def test_too_little_memory_halves_the_piece_and_goes_on(comfy, space, monkeypatch):
    whole, sizes = space.texts(TEXTS), []
    kind = type(space)

    def scarce(self, rows, real=kind._encode):
        sizes.append(len(rows))
        if len(rows) > 2:
            raise comfy.model_management.OOM_EXCEPTION("no memory")
        return real(self, rows)

    monkeypatch.setattr(kind, "_encode", scarce)
    monkeypatch.setattr(space, "_at_once", 8)
    np.testing.assert_allclose(space.texts(TEXTS), whole, atol=2e-6)
    assert sizes[:3] == [6, 4, 2] and sum(size for size in sizes if size <= 2) == len(TEXTS)


@pytest.mark.parametrize("fault", ["other", "unprojected", "not of length 1"])
def test_a_wrong_space_is_seen(comfy, space, pair, other, pictures, fault):
    """What the comparison above would not notice were no comparison."""
    right = pair.cosines(pictures, TEXTS)
    shown, said = space.pictures(pictures), space.texts(TEXTS)
    if fault == "other":
        said = comfy.module("nodes.retrieval.comfy").ClipSpace(**other.halves).texts(TEXTS)
    elif fault == "unprojected":
        clip = pair.halves["clip"]
        said = np.concatenate([
            torch.nn.functional.normalize(
                clip.encode_from_tokens(clip.tokenize(text), return_pooled=True)[1].float(), dim=-1
            ).numpy()
            for text in TEXTS
        ])  # fmt: skip
    else:
        said = said * 1.01
    assert np.abs(shown @ said.T - right).max() > 2e-4


def test_halves_that_are_none_are_refused_in_a_sentence(comfy, pair, wide, made, pictures):
    user_error = comfy.module("nodes.ground").UserError
    make = comfy.module("nodes.retrieval.comfy").ClipSpace

    def refused(clip, clip_vision):
        with pytest.raises(user_error) as told:
            make(clip, clip_vision)
        return str(told.value)

    clip, vision = pair.halves["clip"], pair.halves["clip_vision"]
    assert "gives 128 numbers and the CLIP_VISION 64" in refused(wide.halves["clip"], vision)
    for damage in (torch.zeros_like, lambda weight: torch.eye(len(weight)), lambda weight: weight * torch.inf):
        broken = copy.copy(clip)
        broken.cond_stage_model = copy.deepcopy(clip.cond_stage_model)
        weight = broken.cond_stage_model.clip_l.transformer.text_projection.weight
        weight.data = damage(weight)
        assert "no text projection" in refused(broken, vision)
    blind = copy.copy(vision)
    blind.model = copy.deepcopy(vision.model)
    blind.model.visual_projection = torch.nn.Identity()
    assert "no projection to a CLIP's words" in refused(clip, blind)
    both = comfy.node("DancheongLoadKoreanCLIP", text_encoder="last/", second_text_encoder="full/")[0]
    assert "combines several" in refused(both, vision)


def test_a_checkpoint_of_stable_diffusion_has_no_text_projection(comfy, supplies):
    for name in ("clip-vit-large-patch14-ko/model.safetensors", "v1-5-pruned-emaonly-fp16.safetensors"):
        supplies.put(name)
    vision = comfy.node("CLIPVisionLoader", clip_name="clip-vit-large-patch14-ko/model.safetensors")[0]
    clip = comfy.node("CheckpointLoaderSimple", ckpt_name="v1-5-pruned-emaonly-fp16.safetensors")[1]
    # ComfyUI leaves its memory as it was found: other weights, as likely as not.
    clip.cond_stage_model.clip_l.transformer.text_projection.weight.data.normal_(std=0.02)
    with pytest.raises(comfy.module("nodes.ground").UserError, match="no text projection"):
        comfy.module("nodes.retrieval.comfy").ClipSpace(clip, vision)
