"""keras-ocr in an interpreter of its own; started by keras_ocr_engine.py, never imported by the pack.

`python keras_ocr_worker.py DETECTOR.h5 RECOGNISER.h5`. A request is one line of JSON, {"height": h, "width": w}, and
then h * w * 3 bytes of RGB; the answer is one line of JSON, {"words": [[text, four corners], ...]} or {"error": text}.
The first line of all, {"ready": version}, says that the networks are loaded. The process ends with its standard input.
"""

# pyright: basic, reportMissingImports=false
# It runs where keras-ocr is; where it is written, keras-ocr is not.

import json
import os
import queue
import sys
import threading


def main() -> None:
    # TensorFlow and Keras print as they like: what they say must not run into the answers.
    """Answer requests until nobody can ask any more."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    pipeline = load(*sys.argv[1:3])
    import keras_ocr

    say(answers, {"ready": keras_ocr.__version__})
    requests: queue.Queue = queue.Queue()
    threading.Thread(target=listen, args=(sys.stdin.buffer, requests), daemon=True).start()
    while True:
        picture = requests.get()
        try:
            say(answers, {"words": words(pipeline, picture)})
        except Exception as error:
            say(answers, {"error": f"{type(error).__name__}: {error}"[:2000]})


def load(detector_weights: str, recogniser_weights: str):
    """keras-ocr's own pipeline with the weights of two files; it would download others by itself."""
    import keras_ocr
    from keras_ocr.recognition import PRETRAINED_WEIGHTS

    known = PRETRAINED_WEIGHTS["kurapan"]
    detector = keras_ocr.detection.Detector(weights=None)
    detector.model.load_weights(detector_weights)
    recogniser = keras_ocr.recognition.Recognizer(
        alphabet=known["alphabet"], weights=None, build_params=known["build_params"]
    )
    recogniser.model.load_weights(recogniser_weights)
    return keras_ocr.pipeline.Pipeline(detector, recogniser)


def words(pipeline, picture) -> list:
    """What keras-ocr finds in a picture, `[H,W,3]` uint8 RGB: [text, four corners] each."""
    [found] = pipeline.recognize([picture])
    return [[text, [[float(x), float(y)] for x, y in corners]] for text, corners in found]


def listen(stream, requests: queue.Queue) -> None:
    """Hand over one picture after the other; when nobody can ask any more, this process has no purpose."""
    import numpy as np

    while line := stream.readline():
        size = json.loads(line)
        data = stream.read(size["height"] * size["width"] * 3)
        requests.put(np.frombuffer(data, np.uint8).reshape(size["height"], size["width"], 3))
    os._exit(0)


def say(stream, message: dict) -> None:
    """One line of JSON."""
    stream.write(json.dumps(message) + "\n")
    stream.flush()


if __name__ == "__main__":
    main()
