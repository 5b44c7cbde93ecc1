"""News datasets and their curation through ComfyUI's own executor."""

import asyncio
import io
import os
import shutil

import numpy as np
import pytest
import torch
from dancheong.nodes.curation import Curation, Standards, Walk
from dancheong.runner import places
from dancheong.testing.models import korean as korean_models
from dancheong.testing.scenes import news, odd_pictures
from PIL import Image


@pytest.fixture(scope="module")
def dataset(base):
    """Name of a raw JSON dataset of 40 articles, 12 of them unfit, in the input folder."""
    news.raw_json(base / "input" / "raw_news", news.articles(40, 4, (384, 288)))
    return "raw_news/news.json"


def load(comfy, source, **inputs):
    """Images, titles, topics, ids, contents and the report."""
    return comfy.lists("DancheongLoadNewsDataset", source=source, **inputs)


def test_articles_come_as_lists_in_their_order(comfy, dataset):
    images, titles, topics, ids, contents, (report,) = load(comfy, dataset, start=2, count=5)
    expected = list(news.articles(40, 4, (384, 288)))[2:7]
    assert [len(part) for part in (images, titles, topics, ids, contents)] == [5] * 5
    for image, title, topic, called, content, one in zip(images, titles, topics, ids, contents, expected, strict=True):
        assert (title, topic, called, content) == (one.title, one.topic, one.id, one.content)
        picture = np.array(Image.open(io.BytesIO(one.picture)).convert("RGB"))
        assert torch.equal(image[0], torch.from_numpy(picture).float() / 255)
    assert report == "news.json: 5 articles taken of 7 rows looked at."


def test_topics_are_chosen_and_counted(comfy, dataset):
    _, _, topics, ids, _, _ = load(comfy, dataset, topics=" World ,science", start=1, count=100)
    expected = [one.id for one in news.articles(40, 4, (384, 288)) if one.topic in ("world", "science")][1:]
    assert ids == expected and set(topics) == {"world", "science"}


def test_bad_rows_are_counted_and_sources_named(comfy, base, dataset):
    broken = base / "input" / "broken_news"
    news.image_folder(broken, news.articles(3, 1, (64, 64)))
    (broken / "images" / "00001.jpg").write_bytes(b"nonsense")
    (broken / "images" / "00002.jpg").unlink()
    images, *_, (report,) = load(comfy, "broken_news")
    assert len(images) == 1
    assert "2 refused" in report and "the picture is broken (no known format)" in report and "is not there" in report
    for source, message in (
        ("nowhere", "There is no dataset 'nowhere'"),
        ("", "There is no dataset"),
        ("../models", "There is no dataset"),
        (str(base / "input"), "There is no dataset"),
        ("small.png", "is no dataset: expected .zip"),
    ):
        assert message in comfy.try_node("DancheongLoadNewsDataset", source=source).error, source
    assert "No article was found" in comfy.try_node("DancheongLoadNewsDataset", source=dataset, topics="weather").error


def test_curation_keeps_what_is_fit_with_all_that_belongs_to_it(comfy, dataset):
    loaded = load(comfy, dataset, count=40)
    names = ("images", "titles", "topics", "ids", "contents")
    images, titles, topics, ids, contents, (report,) = comfy.lists(
        "DancheongCurateNews",
        lists=dict(zip(names, loaded, strict=False)),
        keep_topics="economy, society, science, world",
    )
    fit = [one for one in news.articles(40, 4, (384, 288)) if one.fault in ("", "animated")]
    assert ids == [one.id for one in fit]
    assert (titles, topics, contents) == tuple(
        [getattr(one, key) for one in fit] for key in ("title", "topic", "content")
    )
    assert len(images) == len(fit) and f"{len(fit)} of 40 articles kept." in report
    for reason in ("unwanted topic", "short article", "not Korean", "small picture", "near-duplicate picture"):
        assert f"2 x {reason}" in report


def test_curation_says_what_does_not_fit_together(comfy, dataset):
    images, titles, *_ = load(comfy, dataset, count=4)
    error = comfy.try_lists("DancheongCurateNews", lists={"images": images, "titles": titles[:3]}).error
    assert "Expected one of titles per picture, got 3 for 4 pictures" in error
    error = comfy.try_lists("DancheongCurateNews", lists={"images": images, "titles": titles}, min_side=4096).error
    assert "Nothing is left to go on with: loosen a rule" in error


@pytest.fixture(scope="module")
def halves(comfy, made):
    """A tiny CLIP of both halves: ComfyUI's, and transformers' with the same weights."""
    from comfy.clip_vision import ClipVisionModel
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    width = 768
    config = {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "image_size": 32,
        "patch_size": 8, "num_channels": 3, "projection_dim": width, "hidden_act": "quick_gelu",
        "layer_norm_eps": 1e-5,
    }  # fmt: skip
    torch.manual_seed(0)
    reference = CLIPVisionModelWithProjection(CLIPVisionConfig(**config)).eval()
    vision = ClipVisionModel({**config, "model_type": "clip_vision_model"})
    vision.dtype = torch.float32
    vision.model.float()
    missing, unknown = vision.load_sd(reference.state_dict())
    assert not missing and not [key for key in unknown if "position_ids" not in key]
    clip, _ = comfy.korean_clip("my-korean-stable-diffusion-v1-5/")
    return clip, vision, reference


def test_relevance_is_the_cosine_of_transformers(comfy, base, halves, dataset):
    from comfy.clip_model import clip_preprocess
    from safetensors.torch import load_file
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizerFast

    clip, vision, reference = halves
    images, _, topics, ids, *_ = load(comfy, dataset, count=4)
    # Words that the tiny tokenizer knows: it reads unknown ones otherwise than transformers, on purpose.
    words = korean_models.TEXT.split()
    titles = [" ".join(words[number : number + 4]) for number in range(0, 16, 4)]
    given = {"images": images, "titles": titles, "topics": topics, "ids": ids}
    out = comfy.lists("DancheongScoreRelevance", lists=given, clip=clip, clip_vision=vision, threshold=-1.0)
    folder = base / "models" / "text_encoders" / "my-korean-stable-diffusion-v1-5"
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder / "tokenizer"))
    weights = load_file(folder / "model.safetensors")
    size, width = weights["text_model.embeddings.token_embedding.weight"].shape
    text = CLIPTextModelWithProjection(
        CLIPTextConfig(
            vocab_size=size, hidden_size=width, intermediate_size=4 * width, num_hidden_layers=3,
            num_attention_heads=12, projection_dim=width, eos_token_id=tokenizer.eos_token_id,
        )
    ).eval()  # fmt: skip
    text.load_state_dict(weights)
    expected = []
    with torch.no_grad():
        for image, title in zip(images, titles, strict=True):
            pixels = clip_preprocess(image, size=32)
            shown = reference(pixel_values=pixels).image_embeds
            said = text(**tokenizer(title, return_tensors="pt")).text_embeds
            expected.append(torch.nn.functional.cosine_similarity(shown, said).item())
    assert out[4] == pytest.approx(expected, abs=1e-4)
    assert np.ptp(expected) > 1e-3
    middle = sorted(expected)[2] - 1e-6
    kept = comfy.lists("DancheongScoreRelevance", lists=given, clip=clip, clip_vision=vision, threshold=middle)
    assert kept[3] == [called for called, score in zip(ids, expected, strict=True) if score >= middle]
    assert "2 of 4 pairs kept" in kept[5][0] and "2 x low relevance" in kept[5][0]
    error = comfy.try_lists("DancheongScoreRelevance", lists=given, clip=clip, clip_vision=vision, threshold=1.0).error
    assert "lower the threshold" in error


def test_halves_of_different_models_are_refused(comfy, halves, dataset):
    from comfy.clip_vision import ClipVisionModel

    clip, vision, _ = halves
    other = ClipVisionModel({**vision.config, "projection_dim": 512})
    torch.nn.init.normal_(other.model.visual_projection.weight, std=0.02)  # as a file would bring it
    images, titles, *_ = load(comfy, dataset, count=1)
    error = comfy.try_lists(
        "DancheongScoreRelevance", lists={"images": images, "titles": titles}, clip=clip, clip_vision=other
    ).error
    assert "expected the two halves of one model" in error


def test_core_reads_what_curation_writes(comfy, base, tmp_path):
    raw = news.raw_json(tmp_path / "raw", news.articles(20, 8))
    Walk(Curation(raw, tmp_path / "out", Standards())).finish(lambda done: None)
    shutil.copytree(tmp_path / "out", base / "input" / "curated")
    assert asyncio.run(comfy.nodes.load_custom_node(str(places.comfyui() / "comfy_extras" / "nodes_dataset.py")))
    images, texts = comfy.lists("LoadImageTextDataSetFromFolder", folder="curated")
    assert set(texts) == {one.title for one in news.articles(20, 8) if one.fault in ("", "topic")}
    assert len(images) == len(texts)


def fingerprint(comfy, source):
    return comfy.nodes.NODE_CLASS_MAPPINGS["DancheongLoadNewsDataset"].fingerprint_inputs(source=source)


@pytest.mark.parametrize("table", ["metadata.jsonl", "news.json", "metadata.csv"])
def test_whatever_changes_below_a_folder_is_seen(comfy, base, table):
    folder = base / "input" / f"stamped_{table}"
    below = folder / "train" / "2021"
    news.image_folder(below, news.articles(3, 1, (64, 64)), table)
    seen = [fingerprint(comfy, folder.name)]
    assert fingerprint(comfy, folder.name) == seen[0]
    picture, rows = below / "images" / "00001.jpg", below / table
    for path in (picture, rows):
        # Another content of the same size and date, as synchronising tools leave it.
        date = path.stat().st_mtime_ns
        path.write_bytes(path.read_bytes()[:-1] + b" ")
        os.utime(path, ns=(date, date))
        seen += [fingerprint(comfy, folder.name), fingerprint(comfy, f"{folder.name}/train/2021/{table}")]
    picture.unlink()
    seen.append(fingerprint(comfy, folder.name))
    assert len(set(seen)) == len(seen)


def test_a_moving_picture_and_what_is_not_read_are_told(comfy, base):
    folder = base / "input" / "told_news"
    news.image_folder(folder, news.articles(20, 4, (64, 64)))
    news.zipped(folder / "backup.zip", news.articles(3, 5, (64, 64)))
    *_, (report,) = load(comfy, "told_news")
    assert "1 of them move or have several pages: the first picture of each was taken." in report
    assert "Not read, as other files are the dataset: backup.zip." in report


LOSSY = ("jpeg", "jfif", "jpe", "avif")
"""Decoders differ by how they smooth colours."""
OTHERWISE = ("tiff cmyk", "tiff grey 32", "tiff grey float", "tiff float 255")
"""Load Image burns these to white, and reads CMYK by another formula."""
SAME = [name for name in odd_pictures.good() if not name.startswith(LOSSY) and name not in OTHERWISE]


@pytest.mark.parametrize("name", SAME)
def test_pictures_are_those_of_load_image(comfy, base, name):
    one = odd_pictures.good()[name]
    folder = base / "input" / f"odd_{name.replace(' ', '_')}"
    folder.mkdir(exist_ok=True)
    (folder / f"a{one.ending}").write_bytes(one.data)
    (folder / "a.txt").write_text("T")
    (base / "input" / "odd.png").write_bytes(one.data)  # Load Image must have something to offer
    (ours,), *_ = load(comfy, folder.name)
    theirs = comfy.try_node("LoadImage", image=f"{folder.name}/a{one.ending}")
    if theirs.error:
        pytest.skip("Load Image does not read it")
    picture, mask = (theirs.captured[key] for key in sorted(theirs.captured))
    expected = picture[:1]
    if mask.shape[1:] == picture.shape[1:3]:
        hidden = mask[:1, ..., None]
        expected = expected * (1 - hidden) + hidden
    # What is seen through is rounded here when it is mixed, and there before.
    most = one.exact + ("alpha" in name) + 0.01
    assert ours.shape == expected.shape and (ours - expected).abs().max() * 255 <= most
