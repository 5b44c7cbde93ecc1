"""An encoder that is trained from pairs: it learns, goes on after kills bit for bit, and is what its folder says."""

import json
import os
import shutil
import signal
import socket
import sys

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.korean_clip.learning import attention, beginning, corpus, encoder, pairs
from dancheong.nodes.korean_clip.learning.task import DistillTask
from dancheong.nodes.korean_clip.learning.teacher import Teacher
from dancheong.testing.references.korean import Reference
from safetensors.torch import load_file, save_file


@pytest.fixture(scope="module")
def straight(distilling, tmp_path_factory):
    """A run that nothing stopped."""
    out = tmp_path_factory.mktemp("straight") / "encoder"
    return out, distilling(out).finish()


def test_the_folder_is_what_transformers_and_the_pack_load(straight):
    from transformers import AutoTokenizer, CLIPTextModelWithProjection

    out, _ = straight
    theirs, words = CLIPTextModelWithProjection.from_pretrained(out).eval(), AutoTokenizer.from_pretrained(out)
    ours = encoder.read(out)
    text = "노란 바탕에 작은 빨간 별이 왼쪽에 있다"
    table = words([text], padding="max_length", return_tensors="pt").input_ids
    assert table[0].tolist() == ours.padded([ours.ids(text)])[0].tolist()
    with torch.no_grad():
        said, reference = ours.say(table), theirs(table)
    assert (said.states - reference.last_hidden_state).abs().max() < 1e-5
    assert (said.pooled - reference.text_embeds).abs().max() < 1e-5
    special = ours.tokenizer.special
    config = json.loads((out / "config.json").read_text())
    assert (config["bos_token_id"], config["eos_token_id"], config["pad_token_id"]) == (698, 699, 699)
    assert (special.start, special.end) == (698, 699)
    names = {"config.json", "model.safetensors", "card.json", "vocab.json", "merges.txt"}
    names |= {"tokenizer.json", "tokenizer_config.json"}
    assert {path.name for path in out.iterdir()} == names


def test_it_learned_and_its_card_says_from_what(straight):
    out, lines = straight
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    counts = card["pairs"]
    assert counts["read"] == 160 == counts["kept"] + counts["left out"]["duplicates"]
    assert card["losses"] == dict.fromkeys(("pooled", "ends", "words", "attention", "english"), 1.0)
    first, best = card["errors at first"], card["errors at best"]
    assert best["loss"] < 0.9 * first["loss"] and best["korean attention"] < first["korean attention"]
    assert f"{counts['kept']} of 160 rows" in lines[0] and "duplicates" in lines[0]


def test_load_korean_clip_encodes_as_transformers_does(straight, comfy, base):
    from transformers import AutoTokenizer, CLIPTextModelWithProjection

    out, _ = straight
    shutil.copytree(out, base / "models/text_encoders/trained_here")
    clip, report = comfy.korean_clip("trained_here/")
    model = CLIPTextModelWithProjection.from_pretrained(out).eval()
    reference = Reference(model, AutoTokenizer.from_pretrained(out))
    for text in ("노란 바탕에 작은 빨간 별", "a small red star", "뿅 🐈"):
        states, pooled = comfy.encode(clip, text)
        expected, expected_pooled = reference.states(reference.chunk(reference.ids(text)))
        assert (states - expected).abs().max() < 1e-5 and (pooled - expected_pooled).abs().max() < 1e-5
    assert "start 698, end 699, pad 699" in report


def killed(run, what, at):
    """A process of its own, which kills itself where a run tells that it has come so far; whether it was killed."""

    def tell(done, total, of):
        if of == what and done >= at:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        try:
            run.finish(tell)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_killed_three_times_it_ends_with_the_same_weights(straight, distilling, tmp_path):
    run = distilling(tmp_path / "encoder")
    for what, at in (("sentences of the teacher", 128), ("steps", 5), ("steps", 9)):
        assert killed(run, what, at)
    run.finish()
    assert (tmp_path / "encoder/model.safetensors").read_bytes() == (straight[0] / "model.safetensors").read_bytes()
    assert json.loads((tmp_path / "encoder/card.json").read_text()) == json.loads(
        (straight[0] / "card.json").read_text()
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_two_processes_learn_what_one_does(distilling, tmp_path):
    """As `accelerate launch` starts them: each does one of the two batches of a step."""
    distilling(tmp_path / "alone", accumulate=2, steps=6).finish()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    children = []
    for number in ("0", "1"):
        child = os.fork()
        if not child:
            os.environ |= {"WORLD_SIZE": "2", "RANK": number, "LOCAL_RANK": number, "LOCAL_WORLD_SIZE": "2",
                           "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "ACCELERATE_USE_CPU": "1"}  # fmt: skip
            status = 1
            try:
                told = distilling(tmp_path / "together", accumulate=2, steps=6).finish()
                status = 0 if bool(told) == (number == "0") else 2
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    alone, together = (tmp_path / name / "model.safetensors" for name in ("alone", "together"))
    assert alone.read_bytes() == together.read_bytes()


def test_another_seed_or_loss_is_another_encoder_and_no_run_to_go_on_with(straight, distilling, tmp_path):
    class Stopped(Exception):
        pass

    def stop(done, total, what):
        if what == "steps":
            raise Stopped

    with pytest.raises(Stopped):
        distilling(tmp_path / "encoder", losses={"pooled": 1.0}).finish(stop)
    with pytest.raises(UserError, match="of another job"):
        distilling(tmp_path / "encoder").finish()
    distilling(tmp_path / "other", seed=1, steps=3).finish()
    assert (tmp_path / "other/model.safetensors").read_bytes() != (straight[0] / "model.safetensors").read_bytes()


def test_accumulated_and_in_bfloat16_from_a_base_it_learns_too(straight, distilling, tmp_path):
    lines = distilling(
        tmp_path / "more", student=straight[0], tokenizer=None, accumulate=2, half=True, layer="penultimate", steps=6
    ).finish()
    card = json.loads((tmp_path / "more/card.json").read_text(encoding="utf-8"))
    assert card["begun with"] == {"student": "encoder"} and card["computed in"] == "bfloat16" and card["batch"] == 48
    assert card["errors at best"]["loss"] <= card["errors at first"]["loss"] and lines


@pytest.fixture(scope="module")
def data(root, world_tsv, world_tokenizer, tmp_path_factory):
    teacher = encoder.read(root / "testing/world/kept")
    student = beginning.student(teacher, encoder.read_tokenizer(world_tokenizer), world_tokenizer)
    folder = tmp_path_factory.mktemp("corpus")
    source = pairs.opened([world_tsv], None, None)
    return (
        teacher,
        student,
        corpus.made(folder, source, student, teacher, corpus.settings_of(source, student, teacher, 0.1)),
    )


def test_what_is_kept_of_the_teacher_is_what_it_says(data, tmp_path, monkeypatch):
    teacher, _, made = data
    asked, kept, partly = (Teacher(teacher, made, layer, False) for layer in ("penultimate",) * 3)
    kept.keep(tmp_path / "states", 10_000, lambda done, total: None)
    monkeypatch.setattr("dancheong.nodes.korean_clip.learning.teacher.MOST", 2 * 78 * 64 * 5)
    partly.keep(tmp_path / "some", 10_000, lambda done, total: None)
    places = torch.tensor([3, 0, 100, 7]).numpy()
    plain = asked.say(places)
    for other in (kept.say(places), partly.say(places)):
        assert torch.equal(other.ends, plain.ends)
        assert torch.allclose(other.states, plain.states, 1e-3, 1e-3)
        assert torch.allclose(other.pooled, plain.pooled, 1e-3, 1e-3)
    assert not Teacher(teacher, made, "last", False).keep(tmp_path / "none", 10, print)
    assert not (tmp_path / "none").exists()


def test_of_the_pooled_vector_alone_the_same_is_learned_without_padding(data, tmp_path, monkeypatch):
    teacher, student, made = data
    alone = {"pooled": 1.0, "english": 0.5}
    short, whole, kept = (Teacher(teacher, made, "last", False, states) for states in (False, True, False))
    kept.keep(tmp_path / "pooled", 10_000, lambda done, total: None)
    assert (tmp_path / "pooled").stat().st_size == 2 * 64 * len(made.seen)
    widths = []
    say = type(student).say
    monkeypatch.setattr(
        type(student), "say", lambda self, table, *more: (widths.append(table.shape), say(self, table, *more))[1]
    )

    def learned(asking):
        task = DistillTask(student, asking, made, [], alone, 16, "last", False, "")
        widths.clear()
        loss = task.loss(torch.Generator().manual_seed(3))
        loss.backward()
        row = student.model.get_input_embeddings().weight
        found, row.grad = row.grad, None
        return float(loss.detach()), found, max(width for rows, width in widths if rows > 16)

    quick, told, padded = learned(short), learned(kept), learned_whole(learned, whole, monkeypatch)
    assert quick[2] == told[2] < padded[2] == 77
    for other in (quick, told):
        assert other[0] == pytest.approx(padded[0], rel=1e-3)
        torch.testing.assert_close(other[1], padded[1], atol=1e-4, rtol=2e-2)


def learned_whole(learned, teacher, monkeypatch):
    """The same with all of a prompt's positions, as other losses need it."""
    with monkeypatch.context() as patch:
        patch.setattr("dancheong.nodes.korean_clip.learning.task.read_states", lambda names: True)
        return learned(teacher)


def test_a_student_begins_as_its_teacher_in_english_and_with_translated_words_in_korean(data):
    teacher, student, made = data
    text = "a small red star on a green ground"
    with torch.no_grad():
        theirs = teacher.say(teacher.padded([teacher.ids(text)]))
        ours = student.say(student.padded([student.ids(text)]))
    assert len(student.ids(text)) == len(teacher.ids(text))
    assert (ours.states - theirs.states).abs().max() < 1e-5
    assert beginning.translate(student, teacher, made) > 20
    vocabulary, known = student.tokenizer.get_vocab(), teacher.tokenizer.get_vocab()
    words = student.model.get_input_embeddings().weight.detach()
    table = teacher.model.get_input_embeddings().weight
    like = torch.nn.functional.normalize(words, dim=1) @ torch.nn.functional.normalize(table, dim=1).T
    for korean, english in (("작은", "small</w>"), ("빨간", "red</w>"), ("별", "star</w>")):
        (number,) = student.ids(korean)[1:-1]
        assert number not in {vocabulary.get(piece) for piece in known}
        assert int(like[number].argmax()) == known[english]


def refused(message, run):
    with pytest.raises(UserError, match=message) as told:
        run.finish()
    assert "\n" not in str(told.value)


def test_what_does_not_belong_together_is_said_before_anything_is_learned(distilling, straight, tmp_path, world_unet):
    out = tmp_path / "out"
    unet = load_file(world_unet)
    save_file({name: (torch.zeros(64, 48) if "to_k" in name else value) for name, value in unet.items()},
              tmp_path / "other.safetensors")  # fmt: skip
    save_file({"x": torch.zeros(1)}, tmp_path / "none.safetensors")
    cases = {
        "states of width 48": {"unet": tmp_path / "other.safetensors"},
        "no UNet with cross-attention": {"unet": tmp_path / "none.safetensors"},
        "among 5 heads": {"heads": 5},
        "no loss 'poold'": {"losses": {"poold": 1.0}},
        "give its checkpoint": {"losses": {"attention": 1.0}, "unet": None},
        "No loss weighs": {"losses": {"english": 1.0, "pooled": 0.0}},
        "expected a number from 0": {"losses": {"pooled": float("nan")}},
        "one of --student": {"student": straight[0]},
        "is not there": {"tokenizer": tmp_path / "nowhere"},
        "share held out": {"held_out": 1.0},
        "expected 8 of each": {"held_out": 0.001},
        "learning rate": {"learning_rate": float("nan")},
    }
    for message, settings in cases.items():
        refused(message, distilling(out, **settings))
    refused("holds an encoder already", distilling(straight[0]))
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").touch()
    refused("not empty", distilling(tmp_path / "full"))


def test_a_tokenizer_without_bytes_is_refused(distilling, world_tokenizer, tmp_path):
    folder = tmp_path / "lacking"
    folder.mkdir()
    vocabulary = json.loads((world_tokenizer / "vocab.json").read_text(encoding="utf-8"))
    del vocabulary["a"], vocabulary["b"]
    pieces = {piece: number for number, piece in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(pieces), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_bytes((world_tokenizer / "tokenizer_config.json").read_bytes())
    refused("no piece for 2 of 256 bytes", distilling(tmp_path / "out", tokenizer=folder))


def test_the_attention_of_a_whole_checkpoint_is_read(world_unet, tmp_path):
    file = world_unet
    plain = attention.read(file, 64, 4)
    named = {f"model.diffusion_model.{name}": value for name, value in load_file(file).items()}
    save_file(named, tmp_path / "checkpoint.safetensors")
    whole = attention.read(tmp_path / "checkpoint.safetensors", 64, 4)
    states = torch.randn(2, 77, 64, generator=torch.Generator().manual_seed(0))
    heard = []
    for layers in (plain, whole):
        chance = torch.Generator().manual_seed(1)
        heard.append([layer.answers(layer.queries(5, chance), states) for layer in layers])
    assert len(plain) == len(whole) == 6 and all(map(torch.equal, *heard))


def test_what_does_not_fit_into_a_prompt_is_cut_before_its_end_and_counted(data, tmp_path):
    teacher, student, _ = data
    long = "작은 빨간 별 " * 40, "a small red star " * 25
    rows = [*((f"작은 별 {number}", f"small star {number}") for number in range(60)), long]
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(["korean\tenglish", *map("\t".join, rows)]), encoding="utf-8")
    source = pairs.opened([path], None, None)
    settings = corpus.settings_of(source, student, teacher, 0.3)
    made = corpus.made(tmp_path / "corpus", source, student, teacher, settings)
    assert made.counts["cut"] == 1 and made.counts["kept"] == 61
    table = teacher.padded([made.meant[60], made.meant[0]])
    end = teacher.tokenizer.special.end
    assert table[0, -1] == end and end not in table[0, :-1] and (table[1] == end).sum() > 60
    said = teacher.say(table)
    assert said.ends.tolist() == [76, len(made.meant[0]) - 1]
