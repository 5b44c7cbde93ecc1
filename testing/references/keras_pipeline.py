"""Run by keras-ocr's own interpreter: random weights in keras-ocr's files, and what keras-ocr answers with them.

`python keras_reference.py FOLDER`: FOLDER/picture.npy in; craft_mlt_25k.h5, crnn_kurapan.h5, heat.npy (the detector's
map of the picture), boxes.json and words.json (what the default pipeline returns) out.
"""

import json
import sys
from pathlib import Path

import keras_ocr
import numpy as np
from keras_ocr.detection import compute_input, getBoxes
from keras_ocr.recognition import PRETRAINED_WEIGHTS

folder = Path(sys.argv[1])
picture = np.load(folder / "picture.npy")
random = np.random.default_rng(0)


def randomise(model):
    for layer in model.layers:
        arrays = []
        for variable, array in zip(layer.weights, layer.get_weights()):  # noqa: B905, Python 3.9 has no strict
            if "gamma" in variable.name or "variance" in variable.name:
                arrays.append(random.uniform(0.5, 1.5, array.shape))
            elif array.ndim > 1:
                arrays.append(random.normal(0, 1.4 / np.sqrt(np.prod(array.shape[:-1])), array.shape))
            else:
                arrays.append(random.normal(0, 0.1, array.shape))
        layer.set_weights(arrays)


detector = keras_ocr.detection.Detector(weights=None)
randomise(detector.model)
# Spread the answer over 0..1, so that there are words in it.
last = detector.model.get_layer("conv_cls.8")
kernel, bias = last.get_weights()
answer = detector.model.predict(np.array([compute_input(picture)]), verbose=0)[0]
mean, deviation = answer.mean(axis=(0, 1)), answer.std(axis=(0, 1))
last.set_weights([kernel / deviation * 0.35, (bias - mean) / deviation * 0.35 + 0.2])
detector.model.save_weights(str(folder / "craft_mlt_25k.h5"))

known = PRETRAINED_WEIGHTS["kurapan"]
recogniser = keras_ocr.recognition.Recognizer(
    alphabet=known["alphabet"], weights=None, build_params=known["build_params"]
)
recogniser.model.save_weights(str(folder / "crnn_kurapan.h5"))

heat = detector.model.predict(np.array([compute_input(picture)]), verbose=0)[0]
np.save(folder / "heat.npy", heat)
(boxes,) = getBoxes(heat[None])
(folder / "boxes.json").write_text(json.dumps(np.asarray(boxes).tolist()))
pipeline = keras_ocr.pipeline.Pipeline(detector, recogniser)
(words,) = pipeline.recognize([picture])
(folder / "words.json").write_text(json.dumps([[text, box.tolist()] for text, box in words]))
