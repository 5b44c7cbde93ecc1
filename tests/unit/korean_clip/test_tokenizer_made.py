"""A tokenizer that is learned here is read the same everywhere, and knows every byte."""

import json
import unicodedata

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.korean_clip.learning import TokenizerMaking
from dancheong.nodes.korean_clip.learning.tokenizer import FEWEST, shared
from dancheong.nodes.korean_clip.prompt_tokenizer import PromptTokenizer

PAIRS = [
    ("고양이 두 마리가 창가에 앉아 있다", "two cats are sitting at the window"),
    ("고양이가 마당에서 잔다", "a cat sleeps in the yard"),
    ("창가에 꽃이 있다", "there are flowers at the window"),
    ("두 사람이 마당에 앉아 있다", "two people are sitting in the yard"),
]
TEXTS = (
    "고양이 두 마리, 창가!",
    "Two CATS at the window 12",
    "뿅 🐈 漢字와 ½",
    "마당에서　잔다",
    "",
    "a<|endoftext|>b",
)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    path.write_text("\n".join(["korean\tenglish", *map("\t".join, PAIRS)]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer") / "made"
    return folder, TokenizerMaking((source,), folder, 580).finish()


def test_the_vocabulary_has_every_byte_and_ends_with_start_and_end(made):
    folder, _ = made
    pieces = list(json.loads((folder / "vocab.json").read_text(encoding="utf-8")))
    assert len(pieces) == 580 and pieces[-2:] == ["<|startoftext|>", "<|endoftext|>"]
    assert len({piece for piece in pieces if len(piece.removesuffix("</w>")) == 1}) >= 512
    assert "고양이" in "".join(PromptTokenizer(folder).decode([number]) for number in range(512, 578))


@pytest.mark.parametrize("files", [("tokenizer.json",), ("vocab.json", "merges.txt")])
def test_transformers_and_load_korean_clip_give_the_same_ids(made, tmp_path, files):
    from transformers import AutoTokenizer

    folder, _ = made
    for name in (*files, "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    theirs, ours = AutoTokenizer.from_pretrained(tmp_path), PromptTokenizer(folder)
    for text in TEXTS[:-1]:
        ids = ours(text)["input_ids"]
        assert theirs(text)["input_ids"] == ids
        assert (
            theirs(unicodedata.normalize("NFD", text))["input_ids"]
            == theirs(unicodedata.normalize("NFC", text))["input_ids"]
        )
        assert ids[0] == 578 and ids[-1] == 579 == theirs.pad_token_id and 579 not in ids[:-1]
    assert 579 not in ours(TEXTS[-1])["input_ids"][:-1]
    assert ours.unknown_share() == 0 and ours.missing_bytes == 0


def test_a_word_that_was_seen_is_few_pieces_in_both_languages(made):
    tokenizer = PromptTokenizer(made[0])
    assert len(tokenizer("고양이")["input_ids"]) - 2 < len("고양이".encode()) / 2
    assert len(tokenizer("window")["input_ids"]) - 2 <= len("window") / 2


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7, 0.95, 1.0])
def test_the_share_of_korean_is_what_was_asked_for(share):
    found = list(shared([("가" * 7, "b" * 11)] * 4000, share))
    korean = sum(len(text) for text in found if text[0] == "가")
    assert korean / sum(map(len, found)) == pytest.approx(share, abs=0.01)
    assert len(found) >= 4000


def test_what_was_asked_for_and_cannot_be_is_told(source, tmp_path):
    lines = TokenizerMaking((source,), tmp_path / "all", 49408).finish()
    count = len(json.loads((tmp_path / "all/vocab.json").read_text(encoding="utf-8")))
    assert lines[0].startswith(f"{count:,} pieces") and "49,408 were asked for" in lines[1]
    for settings, said in (({"vocabulary": FEWEST}, "too small"), ({"share": 0.0}, "share"), ({"share": 1.5}, "share")):
        with pytest.raises(UserError, match=said):
            TokenizerMaking((source,), tmp_path / "none", **settings).finish()
    with pytest.raises(UserError, match="already"):
        TokenizerMaking((source,), tmp_path / "all", 600).finish()
