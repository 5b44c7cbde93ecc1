"""The SDXL template through the executor, on the smallest network of its kind."""

import asyncio
import json

import torch
from dancheong.runner import places


def test_the_shipped_workflow_samples(comfy, root, quick):
    """With core's loader, SDXL nodes, sampler and decoder; both texts count."""
    asyncio.run(comfy.nodes.load_custom_node(str(places.comfyui() / "comfy_extras" / "nodes_clip_sdxl.py")))
    prompt = json.loads((root / "workflows" / "api" / "korean_prompt_sdxl.json").read_text(encoding="utf-8"))
    prompt = {key: node for key, node in prompt.items() if node["class_type"] not in ("SaveImage", "PreviewAny")}
    for key, inputs in quick["korean_prompt_sdxl"].items():
        prompt[key]["inputs"].update(inputs)
    prompt["picture"] = {"class_type": "TestCapture", "inputs": {"value": ["9", 0], "key": "picture"}}

    def picture(**texts):
        prompt["5"]["inputs"].update(texts)
        outcome = comfy.run(json.loads(json.dumps(prompt)))
        assert not outcome.error, outcome.error
        return outcome.captured["picture"]

    one = picture()
    assert one.shape == (1, 64, 64, 3) and torch.isfinite(one).all() and one.std() > 0.01
    assert not torch.equal(one, picture(text_l="단풍 풍경")) and not torch.equal(one, picture(text_g="a photo"))
