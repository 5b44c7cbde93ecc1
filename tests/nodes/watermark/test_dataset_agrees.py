"""Clean News Watermark and `dancheong curate --watermark` take a learned mark off alike, and say the same of it."""

import io

import numpy as np
import pytest
import torch
from dancheong.nodes.erase import Lama
from dancheong.nodes.watermark import Unmark, mark_file
from dancheong.testing.scenes import watermark as scenes
from PIL import Image


@pytest.mark.parametrize("filler", ["telea", "lama"])
def test_the_node_and_the_dataset_clean_alike(comfy, supplies, mark, learned, tmp_path, filler):
    file = tmp_path / "mark.safetensors"
    mark_file.write(file, learned.watermark)
    lama, model = None, {}
    if filler == "lama":
        lama = Lama(supplies.put("big-lama.pt"))
        (model["inpaint_model"],) = comfy.node("DancheongLoadInpaintModel", model_name="big-lama.pt")
    unmark = Unmark((file,), lama)
    for truth in scenes.marked(3, 0, mark, 0.5):
        said, data = unmark(truth.picture)
        assert f"filled by {filler}" in said
        image = torch.from_numpy(truth.picture)[None].float() / 255
        cleaned, _, report = comfy.node("DancheongCleanWatermark", image=image, watermark=learned.watermark, **model)
        difference = np.abs(np.asarray(Image.open(io.BytesIO(data))) - (cleaned[0] * 255).numpy())
        assert difference.max() < 0.51, "nothing but rounding to bytes may differ"
        assert said.removeprefix("unknown (").removesuffix(")") in report
