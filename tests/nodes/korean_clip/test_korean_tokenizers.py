"""Tokenizers of another kind are refused, added words stay whole, padded tables are read, replaced files are seen."""

import json
import os
import shutil

import pytest
from dancheong.testing.models import korean as korean_models
from dancheong.testing.references.korean import Reference
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTokenizerFast

TOLERANCE = 1e-5
SENTENCE = "고양이 두 마리가 창가에 앉아 있다"
ADDED = "<hanok>"


def trained(kind):
    """A tokenizer.json of another kind, learned from the same Korean text."""
    texts = [korean_models.TEXT] * 20
    special = [korean_models.START, korean_models.END]
    tokenizer = Tokenizer(kind)
    if isinstance(kind, models.Unigram):
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token=korean_models.END)
    elif isinstance(kind, models.WordPiece):
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=special)
    elif isinstance(kind, models.WordLevel):
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.WordLevelTrainer(vocab_size=300, special_tokens=special)
    else:
        word_end = kind.end_of_word_suffix
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace() if word_end else pre_tokenizers.ByteLevel()
        options = {"end_of_word_suffix": word_end} if word_end else {}
        alphabet = [] if word_end else pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet, **options)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


OTHERS = {
    "Unigram": (models.Unigram, "is a Unigram tokenizer"),
    "WordPiece": (lambda: models.WordPiece(unk_token=korean_models.END), "is a WordPiece tokenizer"),
    "WordLevel": (lambda: models.WordLevel(unk_token=korean_models.END), "is a WordLevel tokenizer"),
    "byte-level BPE as of GPT-2": (models.BPE, "is a BPE without </w>"),
    "BPE of letters": (
        lambda: models.BPE(unk_token=korean_models.END, end_of_word_suffix="</w>"),
        "of 256 bytes and is not byte-level",
    ),
}


@pytest.fixture
def chosen(comfy, made, base):
    """Load the tiny encoder with the tokenizer that a test puts into a folder; what the node says."""
    folder = base / "models" / "text_encoders" / "words"
    folder.mkdir(exist_ok=True)

    def chosen():
        return comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="last/", tokenizer="words").error

    yield folder, chosen
    shutil.rmtree(folder)


@pytest.mark.parametrize("what", OTHERS)
def test_a_tokenizer_of_another_kind_is_refused(chosen, what):
    folder, said = chosen
    kind, expected = OTHERS[what]
    trained(kind()).save(str(folder / "tokenizer.json"))
    error = said()
    assert expected in error and "expected a byte-level BPE whose words end in </w>" in error
    assert len(error.splitlines()) == 1


def test_gpt2s_pair_of_files_is_refused(chosen):
    folder, said = chosen
    trained(models.BPE()).model.save(str(folder))
    assert {path.name for path in folder.iterdir()} == {"vocab.json", "merges.txt"}
    assert "is a BPE without </w>" in said()


@pytest.mark.parametrize(
    "content",
    ["{}", "[]", "3", "{", '{"model": []}', '{"model": {"type": "BPE"}}', '{"model": {"type": "BPE", "vocab": [1]}}',
     '{"model": {"type": "BPE", "vocab": {"a</w>": "1"}}}', "<html>", "version https://git-lfs.github.com/spec/v1"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["tokenizer.json", "vocab.json"])
def test_files_that_hold_no_tokenizer(chosen, name, content):
    folder, said = chosen
    (folder / name).write_text(content)
    (folder / "merges.txt").write_text("#version: 0.2\n")
    error = said()
    assert "words" in error and name.split(".")[0] in error and len(error.splitlines()) == 1


@pytest.fixture
def hanok(comfy, base, request):
    """A tokenizer with a word of its own, and the encoder that was trained with it."""
    folder = base / "models" / "text_encoders" / "hanok"
    korean_models.tokenizer(folder, "last")
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    tokenizer.add_tokens([ADDED], special_tokens=request.param)
    tokenizer.save_pretrained(str(folder))
    end = tokenizer.eos_token_id
    reference = Reference(korean_models.encoder(len(tokenizer), end), CLIPTokenizerFast.from_pretrained(str(folder)))
    save_file(reference.model.state_dict(), folder / "model.safetensors")
    yield reference
    shutil.rmtree(folder)


@pytest.mark.parametrize("hanok", [False, True], indirect=True, ids=["word", "special"])
@pytest.mark.parametrize(
    "parts",
    [
        ["漢字", ADDED, "고양이"],
        [ADDED, "漢字"],
        ["단풍 字", ADDED],
        ["가을", ADDED, ADDED, "漢字", ADDED],
        ["<|endoftext|> 漢字", ADDED, "단풍"],
    ],
)
def test_an_added_word_stays_whole_beside_unknown_pieces(comfy, hanok, parts):
    clip, _ = comfy.korean_clip("hanok/")
    words = clip.tokenizer.clip_l.tokenizer
    number = hanok.tokenizer.convert_tokens_to_ids(ADDED)
    expected = [piece for part in parts for piece in ([number] if part == ADDED else words(part)["input_ids"][1:-1])]
    text = " ".join(parts)
    assert words(text)["input_ids"][1:-1] == expected
    assert hanok.end in hanok.ids(text) and expected.count(number) == parts.count(ADDED)
    states, pooled = comfy.encode(clip, text)
    wanted, wanted_pooled = hanok.states(hanok.chunk(expected))
    assert (
        float((states - wanted).abs().max()) <= TOLERANCE and float((pooled - wanted_pooled).abs().max()) <= TOLERANCE
    )


def padded(base, rows):
    folder = base / "models" / "text_encoders" / "padded"
    korean_models.tokenizer(folder, "last")
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    reference = Reference(korean_models.encoder(rows(len(tokenizer)), tokenizer.eos_token_id), tokenizer)
    save_file(reference.model.state_dict(), folder / "model.safetensors")
    return reference, len(tokenizer)


@pytest.mark.parametrize("step", [8, 64, 512])
def test_rows_beyond_the_vocabulary_are_padding(comfy, base, step):
    reference, known = padded(base, lambda known: -(-known // step) * step)
    rows = -(-known // step) * step
    clip, report = comfy.korean_clip("padded/")
    states, pooled = comfy.encode(clip, f"({SENTENCE}:1.3)")
    expected = reference.weighted([(SENTENCE, 1.3)])
    assert float((states - expected).abs().max()) <= TOLERANCE
    assert f"{rows - known} rows beyond the tokenizer's pieces are padding" in report and pooled.isfinite().all()


@pytest.mark.parametrize("more", [-1, 2, 4096])
def test_another_number_of_rows_belongs_to_another_tokenizer(comfy, base, more):
    padded(base, lambda known: known + more)
    error = comfy.try_node("DancheongLoadKoreanCLIP", text_encoder="padded/").error
    assert "they do not belong together" in error


LOADED = ("tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "config.json", "model-2.safetensors",
          "model.safetensors.index.json")  # fmt: skip


@pytest.mark.parametrize("name", LOADED)
@pytest.mark.parametrize("choice", ["stamped/", "stamped/model.safetensors.index.json"])
@pytest.mark.parametrize("tokenizer", ["auto", "stamped"])
def test_every_file_that_is_read_counts(comfy, base, name, choice, tokenizer):
    """Written anew, taken away, and put there again."""
    folder = base / "models" / "text_encoders" / "stamped"
    folder.mkdir(exist_ok=True)
    for each in LOADED:
        (folder / each).write_text("{}")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    node = comfy.nodes.NODE_CLASS_MAPPINGS["DancheongLoadKoreanCLIP"]

    def stamp():
        return node.fingerprint_inputs(text_encoder=choice, tokenizer=tokenizer, dtype="default")

    before = stamp()
    assert stamp() == before
    new = folder / "new"
    new.write_text((folder / name).read_text() + " ")
    shutil.copystat(folder / name, new)
    os.replace(new, folder / name)
    written = stamp()
    (folder / name).unlink()
    gone = stamp()
    assert len({before, written, gone}) == 3
    shutil.rmtree(folder)


def test_a_replaced_tokenizer_is_used_in_the_next_run(comfy, base, made):
    """The whole way: the same prompt again, after vocab.json has become another's."""
    folder = base / "models" / "text_encoders" / "swapped"
    shutil.copytree(base / "models" / "text_encoders" / "last", folder)
    before = comfy.korean_clip("swapped/")[0].tokenizer.clip_l.tokenizer(SENTENCE)["input_ids"]
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    one, other = sorted(vocabulary, key=vocabulary.get)[:2]
    pieces = [piece for piece, number in vocabulary.items() if number == before[1]]
    vocabulary[one], vocabulary[pieces[0]] = vocabulary[pieces[0]], vocabulary[one]
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    after = comfy.korean_clip("swapped/")[0].tokenizer.clip_l.tokenizer(SENTENCE)["input_ids"]
    assert after[1] == 0 != before[1] and other in vocabulary
    shutil.rmtree(folder)
