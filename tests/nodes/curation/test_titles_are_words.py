"""Titles are data: brackets in them are no weights when pictures are compared with them."""

import torch
from dancheong.testing.scenes import news


def test_brackets_in_a_title_weigh_nothing(comfy, base, made):
    from comfy.clip_vision import ClipVisionModel

    clip = comfy.node("DancheongLoadKoreanCLIP", text_encoder="last/", dtype="float32")[0]
    width = clip.cond_stage_model.clip_l.transformer.text_projection.weight.shape[0]
    torch.manual_seed(0)
    vision = ClipVisionModel(
        {
            "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
            "image_size": 32, "patch_size": 8, "num_channels": 3, "projection_dim": width, "hidden_act": "quick_gelu",
            "layer_norm_eps": 1e-5, "model_type": "clip_vision_model",
        }
    )  # fmt: skip
    vision.dtype = torch.float32
    vision.model.float()
    for weight in vision.model.parameters():
        torch.nn.init.normal_(weight, std=0.05)
    news.raw_json(base / "input" / "titled_news", news.articles(1, 1, (64, 64)))
    image = comfy.lists("DancheongLoadNewsDataset", source="titled_news/news.json", count=1)[0]

    def score(title):
        given = {"images": image, "titles": [title]}
        return comfy.lists("DancheongScoreRelevance", lists=given, clip=clip, clip_vision=vision, threshold=-1.0)[4]

    assert score("(고양이:1.5) 두 마리") == score(r"\(고양이:1.5\) 두 마리") != score("고양이 두 마리")
