"""A Korean encoder by sentence-transformers' own trainer, as its examples of multilingual distillation have it.

Both sentences of a pair are drawn to the teacher's pooled vector of the English one (arXiv 2004.09813), which is asked
once for each. `encoder_peer.py` runs this file with an interpreter of its own, as the trainer needs the package
datasets: `python FILE PAIRS TEACHER STUDENT OUT SETTINGS`, the last as JSON. It prints the CPU seconds.
"""

import json
import sys
import time
from pathlib import Path

import torch
from datasets import load_dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base.modules import InputModule
from sentence_transformers.sentence_transformer.losses import MSELoss
from transformers import CLIPTextModelWithProjection, CLIPTokenizerFast


class Encoder(InputModule):
    """A CLIP text encoder whose vector of a sentence is the projected pooled one."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.model = CLIPTextModelWithProjection.from_pretrained(folder)
        self.tokenizer = CLIPTokenizerFast.from_pretrained(folder)

    def preprocess(self, inputs, prompt=None, **_) -> dict[str, torch.Tensor]:
        return dict(self.tokenizer(list(inputs), padding=True, truncation=True, max_length=77, return_tensors="pt"))

    def forward(self, features, **_) -> dict[str, torch.Tensor]:
        features["sentence_embedding"] = self.model(features["input_ids"]).text_embeds
        return features

    def get_embedding_dimension(self) -> int:
        return self.model.config.projection_dim

    def save(self, output_path, *_, **__) -> None:
        self.model.save_pretrained(output_path)
        self.tokenizer.save_pretrained(output_path)


def main_of(pairs: str, teacher: str, student: str, out: str, settings: str) -> None:
    torch.set_num_threads(1)
    chosen, begun = json.loads(settings), time.process_time()
    asked, learning = (SentenceTransformer(modules=[Encoder(folder)], device="cpu") for folder in (teacher, student))
    table = load_dataset("csv", data_files=pairs, delimiter="\t", split="train", cache_dir=f"{out}-cache")
    table = table.map(lambda rows: {"label": asked.encode(rows["english"])}, batched=True)
    parts = table.train_test_split(chosen["held out"], seed=0)
    looks = max(1, chosen["steps"] // chosen["looks"])
    how = SentenceTransformerTrainingArguments(
        out,
        max_steps=chosen["steps"],
        per_device_train_batch_size=chosen["batch"],
        per_device_eval_batch_size=chosen["held out"],
        learning_rate=chosen["learning rate"],
        lr_scheduler_type="cosine",
        warmup_steps=round(0.05 * chosen["steps"]),
        weight_decay=0.01,
        eval_strategy="steps",
        eval_steps=looks,
        save_steps=looks,
        save_total_limit=1,
        logging_steps=looks,
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
    )
    trainer = SentenceTransformerTrainer(
        learning, how, train_dataset=parts["train"], eval_dataset=parts["test"], loss=MSELoss(learning)
    )
    prepared = time.process_time()
    trainer.train()
    learning[0].save(str(Path(out) / "encoder"))
    ended = time.process_time()
    print(json.dumps({"prepared": prepared - begun, "trained": ended - prepared}))


if __name__ == "__main__":
    main_of(*sys.argv[1:])
