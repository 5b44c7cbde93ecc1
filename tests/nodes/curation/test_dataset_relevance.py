"""Headlines of a dataset are compared with its pictures by a CLIP from its folder."""

import dataclasses
import json

import pytest
from dancheong.nodes.curation import Curation, Standards, Walk
from dancheong.nodes.ground import UserError
from dancheong.testing.models import korean as korean_models


def curate(*curation):
    return Walk(Curation(*curation)).finish(lambda done: None)


def test_headlines_are_compared_with_pictures(news_photos, tmp_path):
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    folder = korean_models.tokenizer(tmp_path / "clip")
    size = len(json.loads((folder / "vocab.json").read_text(encoding="utf-8")))
    text = {"vocab_size": size, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
            "intermediate_size": 64, "eos_token_id": size - 1}  # fmt: skip
    vision = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
              "image_size": 32, "patch_size": 8}  # fmt: skip
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=16))
    model.save_pretrained(folder)
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder)
    every = Standards(duplicate_bits=-1, min_relevance=-1.0)
    all_kept = curate(news_photos, tmp_path / "all", every, (), folder)
    assert all_kept["kept"] == 20
    rows = [json.loads(line) for line in (tmp_path / "all" / "metadata.jsonl").read_text().splitlines()]
    scores = sorted(row["relevance"] for row in rows)
    middle = (scores[9] + scores[10]) / 2
    half = curate(news_photos, tmp_path / "half", dataclasses.replace(every, min_relevance=middle), (), folder)
    assert half["kept"] == sum(score >= middle for score in scores) and half["low relevance"] == 20 - half["kept"]
    with pytest.raises(UserError, match="holds no CLIP"):
        curate(news_photos, tmp_path / "none", Standards(), (), tmp_path)
