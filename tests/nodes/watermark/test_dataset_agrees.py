"""Clean News Watermark and `dancheong curate --watermark` take a learned mark off alike, and say the same of it."""

import io

import numpy as np
import torch
from dancheong.nodes.watermark import Unmark, mark_file
from dancheong.testing.scenes import watermark as scenes
from PIL import Image


def test_the_node_and_the_dataset_clean_alike(comfy, mark, learned, tmp_path):
    file = tmp_path / "mark.safetensors"
    mark_file.write(file, learned.watermark)
    unmark = Unmark((file,))
    for truth in scenes.marked(3, 0, mark, 0.5):
        said, data = unmark(truth.picture)
        image = torch.from_numpy(truth.picture)[None].float() / 255
        cleaned, _, report = comfy.node("DancheongCleanWatermark", image=image, watermark=learned.watermark)
        difference = np.abs(np.asarray(Image.open(io.BytesIO(data))) - (cleaned[0] * 255).numpy())
        assert difference.max() < 0.51, "nothing but rounding to bytes may differ"
        assert said.removeprefix("unknown (").removesuffix(")") in report
