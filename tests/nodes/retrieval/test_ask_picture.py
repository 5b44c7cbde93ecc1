"""Ask Picture asks in every order, through ComfyUI's own generation."""

import pytest
import torch
from dancheong.testing.models import writer

OPTIONS = "A. 고양이\nB. 개\nC. 새"


@pytest.fixture(scope="module")
def model(comfy, tmp_path_factory):
    return writer.load(writer.qwen(tmp_path_factory.mktemp("writer") / "qwen.safetensors"))


class Knowing:
    """A model that writes what it is told to, in place of one that was trained."""

    class Half(torch.nn.Module):
        def generate(self):
            raise AssertionError

    def __init__(self, reply):
        self.cond_stage_model, self.reply, self.asked = self.Half(), reply, []

    def tokenize(self, text, image, **_):
        self.asked.append(text)
        return text, image

    def generate(self, tokens, do_sample, max_length):
        assert not do_sample
        return self.reply(*tokens)

    def decode(self, words):
        return words


def ask(comfy, clip, image, options=OPTIONS, question="무엇입니까?"):
    return comfy.lists("DancheongAskPicture", image=image, clip=clip, question=question, options=options)


def test_a_model_that_always_says_a_knows_nothing(comfy, model, pictures):
    letters, places, raw = ask(comfy, model, pictures[:1])
    assert (letters, places) == ([""], [-1])
    assert raw[0].count(": A\n") == 3 and "Votes: " in raw[0] and "No option has more votes" in raw[0]


def test_the_answer_is_that_of_cores_text_generate(comfy, model, pictures):
    tokens = model.tokenize("무엇입니까?", image=pictures[:1], skip_template=False, min_length=1, thinking=False)
    with torch.inference_mode():
        assert model.decode(model.generate(tokens, do_sample=False, max_length=32)) == "A"


def test_each_picture_gets_its_answer_and_order_changes_nothing(comfy, pictures):
    def reply(text, image):
        animal = "개" if image.mean() < 0.5 else "고양이"
        line = next(line for line in text.splitlines() if line.endswith(f". {animal}"))
        return f"정답은 {line[0]}입니다."

    light = torch.cat([pictures[:1] * 0.5, pictures[:1] * 0.5 + 0.5])
    clip = Knowing(reply)
    letters, places, raw = ask(comfy, clip, light)
    assert (letters, places) == (["B", "A"], [1, 0]) and len(clip.asked) == 6
    assert "Votes: 개 3." in raw[0]
    turned = Knowing(reply)
    assert ask(comfy, turned, light, options="새\n개\n고양이")[:2] == [["B", "C"], [1, 2]]
    assert turned.asked == clip.asked


@pytest.mark.parametrize(
    ("inputs", "said"),
    [({"question": " "}, "Expected a question"), ({"options": "하나"}, "Expected 2 to 26 options"),
     ({"clip": "encoder"}, "Expected a CLIP that writes text")],
)  # fmt: skip
def test_what_cannot_be_asked_is_one_sentence(comfy, pair, pictures, inputs, said):
    given = {"clip": Knowing(lambda text, image: "A"), "question": "?", "options": OPTIONS} | inputs
    if given["clip"] == "encoder":
        given["clip"] = pair.halves["clip"]
    outcome = comfy.try_node("DancheongAskPicture", image=pictures[:1], **given)
    assert said in outcome.error and "Traceback" not in outcome.error
