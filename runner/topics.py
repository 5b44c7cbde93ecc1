"""`dancheong train topic`: the workflow `train_topic_dataset` with what was typed."""

import argparse
from typing import Any

from .learning import Learning, add_places

TOPIC = Learning(
    workflow="train_topic_dataset",
    dataset="5.dataset",
    inputs={
        "checkpoint": "3.ckpt_name",
        "text_encoder": "4.text_encoder",
        "topic": "5.topic",
        "only": "5.only",
        "side": "5.side",
        "vectors": "5.vectors",
        "steps": "5.steps",
        "batch": "5.batch_size",
        "learning_rate": "5.learning_rate",
        "seed": "5.seed",
        "first_words": "5.init_text",
        "resume": "5.resume",
    },
    states="topic_runs",
    # A run on the command line keeps its topic under the run's name, not under one of the workflow's.
    left_out=("6",),
)


def add(kinds: Any, base: argparse.ArgumentParser) -> None:
    """`train topic`."""
    topic = kinds.add_parser(
        "topic", parents=[base], help="a topic prompt, from what `dancheong curate` wrote; a stopped run goes on"
    )
    topic.add_argument(
        "dataset", metavar="DATASET", help="a file or folder in the folder input or datasets of --base, or its name"
    )
    topic.add_argument("--topic", required=True, metavar="NAME", help="what it is called, in a word or two")
    topic.add_argument("--checkpoint", metavar="FILE", help="in models/checkpoints (default: Stable Diffusion 1.5)")
    topic.add_argument("--text-encoder", metavar="NAME", help="in models/text_encoders (default: my-korean-...)")
    topic.add_argument("--only", metavar="A,B", help="rows of these topics (default: all)")
    topic.add_argument("--side", metavar="PX", help="of the squares that are learned from (default: 512)")
    topic.add_argument("--vectors", metavar="N", help="default: 8")
    topic.add_argument("--steps", metavar="N", help="default: 5000")
    topic.add_argument("--batch", metavar="N", help="pictures a step (default: 4)")
    topic.add_argument("--learning-rate", metavar="X", help="default: 0.005")
    topic.add_argument("--seed", metavar="N")
    topic.add_argument("--first-words", metavar="TEXT", help="to begin with (default: the topic's name)")
    topic.add_argument("--resume", metavar="RUN", help="a stopped run to go on with, such as economy_001")
    add_places(topic)
