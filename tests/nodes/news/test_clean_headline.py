"""Headlines are data, not syntax: what ComfyUI's tokenizer makes of Clean News Headline's text."""

import random

import pytest
import torch
from safetensors.torch import save_file

WORDS = ["한빛전자", "이한빛", "코스피 3000", "갯벌의 봄", "embedding:economy", "AI", "100조원", "3-1", "눈 내린 날"]
GLUED = [
    "(주)", "(57)", "(종합 1.2)", "(서울:1.5)", "((", "))", "(", ")", "\\", r"\(", r"\)", ":", "[1]", "{a|b}",
    "<lora:x:1>", "가", "는", "…", ",", " ", " ", " ",
]  # fmt: skip


def drawn(count):
    random.seed(17)
    for _ in range(count):
        yield "".join(random.choice(random.choice((WORDS, GLUED))) for _ in range(random.randint(1, 12)))


@pytest.fixture(scope="module")
def tokenizers(base):
    """ComfyUI's own tokenizer, once where embedding:economy is a file, once where nothing is."""
    from comfy.sd1_clip import SDTokenizer

    folder = base / "models" / "embeddings"
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"clip_l": torch.ones(2, 768)}, folder / "economy.safetensors")
    yield SDTokenizer(embedding_directory=str(folder)), SDTokenizer(embedding_directory=None)
    (folder / "economy.safetensors").unlink()


def tokens(tokenizer, text, **options):
    """(token, weight) of each, without start, end and padding."""
    ends = {tokenizer.start_token, tokenizer.end_token}
    rows = tokenizer.tokenize_with_weights(text, **options)
    return [(piece, weight) for row in rows for piece, weight in row if torch.is_tensor(piece) or piece not in ends]


def test_the_tokens_are_those_of_the_words_alone(comfy, tokenizers):
    from dancheong.nodes.ground.prompt_text import literal
    from dancheong.nodes.news.headline import clean

    subject, reference = tokenizers
    syntax = 0
    for headline in drawn(3000):
        for text in (headline, clean(headline, hanja=True)):
            expected = tokens(reference, text, disable_weights=True)
            assert tokens(subject, literal(text)) == expected, text
            raw = tokens(subject, text)
            syntax += len(raw) != len(expected) or any(torch.is_tensor(piece) for piece, _ in raw) or raw != expected
    # Without the escapes, most would have been read as weights or files.
    assert syntax > 2000


def test_the_node_gives_the_prompt_and_the_plain_words(comfy):
    text, plain = comfy.node("DancheongCleanHeadline", text='[단독] 이한빛(57) "한빛전자(주)가 변한다"', hanja=True)
    assert text == r"이한빛\(57\) 한빛전자\(주\)가 변한다"
    assert plain == "이한빛(57) 한빛전자(주)가 변한다"
    assert comfy.node("DancheongCleanHeadline", text=text, hanja=True) == [text, plain]


def test_encode_text_with_topic_takes_it_as_it_is(comfy, made):
    clip = comfy.node("DancheongLoadKoreanCLIP", text_encoder="last/", dtype="float32")[0]
    for headline in ("한빛전자(주)가 두 마리", "고양이(57)와 개", "창가(앉아:1.5)에 있다", "((고양이))는"):
        text, plain = comfy.node("DancheongCleanHeadline", text=headline, hanja=True)
        conditioning, prompt, *_ = comfy.node("DancheongEncodeTopicText", clip=clip, text=text)
        expected = clip.encode_from_tokens_scheduled(clip.tokenize(plain, disable_weights=True))
        assert torch.equal(conditioning[0][0], expected[0][0]), prompt
