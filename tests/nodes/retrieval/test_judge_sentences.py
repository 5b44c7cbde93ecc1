"""How alike prompts are in meaning is what a sentence model says that plain transformers reads the same way."""

import json

import numpy as np
import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.retrieval.judging import Judging
from dancheong.testing.scenes import journey

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", ",", *journey.INKS, *journey.SHAPES]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder as sentence-transformers writes it: a small BERT with random weights, whose states are averaged."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("sentences")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=32, initializer_range=0.5)  # fmt: skip
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    bert = Transformer(str(folder / "bert"), max_seq_length=12)
    SentenceTransformer(modules=[bert, Pooling(32)], device="cpu").save(str(folder / "whole"))
    return folder


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    return journey.write(tmp_path_factory.mktemp("journey") / "valid")


def judged(split, out, texts, task="inversion", **given):
    lines = [{"img_path": row["img_path"], "text": text} for row, text in zip(journey.rows(8), texts, strict=True)]
    out.mkdir()
    (out / "said.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return Judging(task, split, out, out / "said.jsonl", **given).finish()


def test_the_cosine_is_that_of_averaged_states(split, model, tmp_path):
    from transformers import BertModel, BertTokenizer

    said = [f"a {ink} cat" for ink in ("red", "blue") * 4]
    right = [row["prompt"].partition(" --")[0] for row in journey.rows(8)]
    bert, tokenizer = (kind.from_pretrained(model / "bert") for kind in (BertModel, BertTokenizer))

    def vectors(texts):
        words = tokenizer(texts, padding=True, return_tensors="pt")
        states, mask = bert.eval()(**words).last_hidden_state, words["attention_mask"][..., None]
        return torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    with torch.no_grad():
        expected = (vectors(said) * vectors(right)).sum(1).numpy()
    result = judged(split, tmp_path / "out", said, sentences=model / "whole")
    assert result["measures"]["sentence_similarity"] == pytest.approx(expected.mean(), abs=1e-5)
    assert np.ptp(expected) > 0.01 and [*result["not measured"]] == ["qa_score"]
    assert result["counts"]["longer than the sentence model reads"] == 0


def test_the_very_words_are_alike_and_what_is_cut_is_counted(split, model, tmp_path):
    right = [row["prompt"].partition(" --")[0] for row in journey.rows(8)]
    result = judged(split, tmp_path / "same", right, sentences=model / "whole")
    assert result["measures"]["sentence_similarity"] == pytest.approx(1)
    result = judged(split, tmp_path / "long", ["a red cat " * 9, *right[1:]], sentences=model / "whole")
    assert result["counts"]["longer than the sentence model reads"] == 1


def test_without_a_model_it_is_said(split, tmp_path):
    result = judged(split, tmp_path / "out", ["a cat"] * 8)
    assert "sentence_similarity" not in result["measures"]
    assert result["not measured"]["sentence_similarity"] == "add --sentences DIR, such as all-MiniLM-L6-v2"


@pytest.mark.parametrize("where", ["nowhere", "bert"])
def test_what_is_no_sentence_model_is_one_sentence(split, model, tmp_path, where):
    with pytest.raises(UserError, match=r"holds no sentence model: expected modules.json.*missing"):
        judged(split, tmp_path / "out", ["a cat"] * 8, sentences=model / where)
    assert not (tmp_path / "out" / "result.json").exists()
