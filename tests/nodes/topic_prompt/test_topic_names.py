"""What stands in the conditioning is the file that was chosen, by content, or an error says why it cannot be."""

import copy
import unicodedata

import pytest
import torch
from safetensors.torch import save_file

WIDTH = 64
ENDINGS = (".safetensors", ".pt", ".bin", ".pth", ".ckpt", ".pt2", ".pkl", ".PT", ".SAFETENSORS")


@pytest.fixture(scope="module")
def clip(clip_of):
    return clip_of(WIDTH)


def vectors(seed, rows=2):
    return torch.randn(rows, WIDTH, generator=torch.Generator().manual_seed(seed))


def write(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {"clip_l": vectors(seed)}
    save_file(tensors, path) if path.suffix.lower() in (".safetensors", ".sft") else torch.save(tensors, path)


def chosen(comfy, clip, name):
    """The prompt with this topic, or the error."""
    loaded = comfy.try_node("DancheongLoadTopicPrompt", embedding=name)
    if loaded.error:
        return "", loaded.error
    ended = comfy.try_node("DancheongEncodeTopicText", clip=clip, text="고양이", topic=loaded.captured["out0"])
    return ended.captured.get("out1", ""), ended.error


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("beside", [*ENDINGS, ""])
def test_the_chosen_of_two_files_is_the_one_that_is_used(comfy, clip, put_in, folder, ending, beside):
    write(folder / f"twin{ending}", 1)
    if beside not in (ending, ""):
        write(folder / f"twin{beside}", 2)
    prompt, error = chosen(comfy, clip, f"twin{ending}")
    assert not error and torch.equal(put_in(clip, prompt), vectors(1))


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("twin.pt", ["Twin.pt", "TWIN.safetensors"]),
        ("old/twin.pt", ["twin.safetensors", "twin.pt"]),
        ("old/twin.pt", ["new/twin.pt", "old/twin.safetensors"]),
        ("twin.pt.safetensors", ["twin.pt"]),
        ("123.pt", []),
        (unicodedata.normalize("NFD", "세계.pt"), ["세계.pt"]),
        ("세계.pt", [unicodedata.normalize("NFD", "세계.pt")]),
    ],
)
def test_names_that_are_nearly_the_same_are_told_apart(comfy, clip, put_in, folder, name, others):
    write(folder / name, 1)
    for number, other in enumerate(others):
        write(folder / other, 2 + number)
    prompt, error = chosen(comfy, clip, name)
    assert not error and torch.equal(put_in(clip, prompt), vectors(1))


def test_a_name_that_a_sub_folder_has_too_is_refused_as_comfyui_takes_either(comfy, clip, put_in, folder):
    write(folder / "twin.pt", 1)
    write(folder / "old" / "twin.pt", 2)
    error = chosen(comfy, clip, "twin.pt")[1]
    assert "old/twin.pt" in error and "rename one of them" in error and len(error.splitlines()) == 1
    write(folder / "old" / "twin.pt", 1)
    prompt, error = chosen(comfy, clip, "twin.pt")
    assert not error and torch.equal(put_in(clip, prompt), vectors(1))


def test_the_same_name_in_two_folders_of_embeddings_is_refused_unless_it_is_the_same(
    comfy, clip_of, put_in, folder, tmp_path
):
    import folder_paths

    write(folder / "twin.pt", 1)
    write(tmp_path / "twin.pt", 2)
    write(tmp_path / "twin.safetensors", 3)
    folder_paths.add_model_folder_path("embeddings", str(tmp_path))
    try:
        clip = clip_of(WIDTH)
        assert "rename one of them" in chosen(comfy, clip, "twin.pt")[1]
        prompt, error = chosen(comfy, clip, "twin.safetensors")
        assert not error and torch.equal(put_in(clip, prompt), vectors(3))
        (tmp_path / "twin.pt").write_bytes((folder / "twin.pt").read_bytes())
        prompt, error = chosen(comfy, clip, "twin.pt")
        assert not error and torch.equal(put_in(clip, prompt), vectors(1))
    finally:
        folder_paths.folder_names_and_paths["embeddings"][0].remove(str(tmp_path))


def test_an_ending_that_comfyui_reads_no_embedding_of_is_refused(comfy, clip, folder):
    write(folder / "twin.sft", 1)
    assert "rename twin.sft to .safetensors" in chosen(comfy, clip, "twin.sft")[1]


def test_a_file_that_is_replaced_after_it_was_loaded_is_seen(comfy, clip, folder):
    write(folder / "twin.pt", 1)
    topic = comfy.node("DancheongLoadTopicPrompt", embedding="twin.pt")[0]
    write(folder / "twin.pt", 2)
    assert "was replaced" in comfy.try_node("DancheongEncodeTopicText", clip=clip, text="달", topic=topic).error
    (folder / "twin.pt").unlink()
    assert "not there any more" in comfy.try_node("DancheongEncodeTopicText", clip=clip, text="달", topic=topic).error


def test_an_embedding_in_the_text_that_is_replaced_is_encoded_anew(comfy, folder):
    node = comfy.nodes.NODE_CLASS_MAPPINGS["DancheongEncodeTopicText"]

    def stamps():
        return [node.fingerprint_inputs(text=[text], strength=[1.0]) for text in ("Embedding:twin 달", None, "달")]

    before = stamps()
    write(folder / "twin.pt", 1)
    first = stamps()
    write(folder / "twin.pt", 2)
    second = stamps()
    assert len({before[0], first[0], second[0]}) == len({before[1], first[1], second[1]}) == 3
    assert before[2] == first[2] == second[2]


def test_a_clip_that_knows_no_embeddings_is_told(comfy, clip, folder):
    write(folder / "twin.pt", 1)
    topic = comfy.node("DancheongLoadTopicPrompt", embedding="twin.pt")[0]
    without = clip.clone()
    without.tokenizer = copy.copy(clip.tokenizer)
    without.tokenizer.clip_l = copy.copy(clip.tokenizer.clip_l)
    without.tokenizer.clip_l.embedding_directory = None
    outcome = comfy.try_node("DancheongEncodeTopicText", clip=without, text="달", topic=topic)
    assert "without a folder of embeddings" in outcome.error
    report = comfy.node("DancheongEncodeTopicText", clip=without, text="embedding:twin 달")[3]
    assert "There is no embedding 'twin'" in report
