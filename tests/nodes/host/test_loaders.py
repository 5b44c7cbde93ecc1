"""Every node that offers model files refuses what is not there and reads anew what was replaced.

The nodes are found by what they offer: files are laid into every model folder, and whoever offers one of them counts.
"""

import asyncio
import os
import shutil

import pytest

ALWAYS = {
    ("DancheongLoadKoreanCLIP", "text_encoder"),
    ("DancheongLoadKoreanCLIP", "tokenizer"),
    ("DancheongLoadTopicPrompt", "embedding"),
    ("DancheongLoadInpaintModel", "model_name"),
    ("DancheongLoadDiffSTE", "checkpoint"),
    ("DancheongLoadUpscaleModel", "model_name"),
    ("DancheongLoadUpscaleModel", "noise_model"),
    ("DancheongLoadWatermark", "name"),
    ("DancheongTypesetTitle", "font"),
    ("DancheongSavePrint", "icc_profile"),
}
SIZE = 100_000


@pytest.fixture(scope="module")
def laid(comfy, base):
    """Folders with new files in them, one under every model folder of the base directory."""
    import folder_paths

    folders = []
    for name, (roots, endings) in folder_paths.folder_names_and_paths.items():
        root = base / "models" / name
        if str(root) in roots:
            folder = root / f"laid-{name}"
            folder.mkdir(parents=True)
            for ending in {*endings, ".safetensors"}:
                (folder / f"laid-{name}{ending}").write_bytes(bytes(SIZE))
            for file in ("model.safetensors", "tokenizer.json", "config.json"):  # a text encoder's folder
                (folder / file).write_bytes(bytes(SIZE))
            folders.append(folder)
    yield folders
    for folder in folders:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def offered(comfy, laid):
    """(node, input, choice) of every new file or folder that a node offers."""
    return [
        (name, part.id, choice)
        for name, node in comfy.nodes.NODE_CLASS_MAPPINGS.items()
        if name.startswith("Dancheong")
        for part in node.define_schema().inputs
        for choice in getattr(part, "options", None) or []
        if "laid-" in choice
    ]


def values(comfy, name):
    """A value for every input, as ComfyUI has them before anything runs; None for what is linked."""
    return {
        part.id: getattr(part, "default", None) or next(iter(getattr(part, "options", None) or [None]))
        for part in comfy.nodes.NODE_CLASS_MAPPINGS[name].define_schema().inputs
    }


def stamps(comfy, offered):
    found = {}
    for name, part, choice in offered:
        inputs = {**values(comfy, name), part: choice}
        found[name, part, choice] = comfy.nodes.NODE_CLASS_MAPPINGS[name].fingerprint_inputs(**inputs)
    return found


def faults(comfy, name, part, choice):
    """What ComfyUI says of one input before anything runs."""
    prompt = {"node": {"class_type": name, "inputs": {**values(comfy, name), part: choice}}}
    found = asyncio.run(comfy.execution.validate_inputs("prompt", prompt, "node", {}))
    return [fault["details"] for fault in found[1] if fault["extra_info"].get("input_name") == part]


def test_the_loaders_are_found(offered):
    assert {(name, part) for name, part, _ in offered} >= ALWAYS


@pytest.mark.parametrize("replace", [os.replace, shutil.copy2], ids=["renamed over it", "copied over it"])
def test_a_replaced_file_is_read_anew(comfy, laid, offered, replace):
    before = stamps(comfy, offered)
    assert stamps(comfy, offered) == before
    for file in (file for folder in laid for file in list(folder.iterdir())):
        new = file.with_name("new")
        new.write_bytes(os.urandom(SIZE))
        shutil.copystat(file, new)
        replace(new, file)
        new.unlink(missing_ok=True)
    after = stamps(comfy, offered)
    assert [key for key in before if after[key] == before[key]] == []


def test_what_is_there_is_not_refused(comfy, offered):
    assert [(key, said) for key in offered if (said := faults(comfy, *key))] == []


def test_what_is_not_there_is_named_in_one_sentence(comfy, offered):
    for name, part in sorted({(name, part) for name, part, _ in offered}):
        (said,) = faults(comfy, name, part, "gone.safetensors")
        assert "gone.safetensors" in said and len(said.splitlines()) == 1, (name, said)


def test_loaders_say_what_to_do(comfy, offered):
    first = {name: part for name, part, _ in reversed(offered)}
    loaders = [name for name in first if name.startswith("DancheongLoad")]
    for name in loaders:
        (said,) = faults(comfy, name, first[name], "gone.safetensors")
        assert "'gone.safetensors' in models/" in said and said.endswith(", and reload the editor."), (name, said)


@pytest.mark.parametrize("beside", ["text_encoder/config.json", "tokenizer/tokenizer.json"])
def test_what_lies_beside_an_encoder_counts(comfy, base, beside):
    folder = base / "models" / "text_encoders" / "pipeline"
    for file in ("text_encoder/model.safetensors", "text_encoder/config.json", "tokenizer/tokenizer.json"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(bytes(SIZE))
    key = [("DancheongLoadKoreanCLIP", "text_encoder", "pipeline/")]
    before = stamps(comfy, key)
    assert stamps(comfy, key) == before
    (folder / beside).write_bytes(os.urandom(SIZE))
    assert stamps(comfy, key) != before
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["DancheongOCRTextMask", "DancheongEraseText", "DancheongCleanWatermark"])
def test_a_search_for_text_is_done_anew_with_other_weights(comfy, laid, name):
    (folder,) = (folder for folder in laid if folder.name == "laid-ocr")
    node, inputs = comfy.nodes.NODE_CLASS_MAPPINGS[name], {**values(comfy, name), "keep": "", "only": ""}
    before = node.fingerprint_inputs(**inputs)
    assert node.fingerprint_inputs(**inputs) == before
    (folder / "laid-ocr.onnx").write_bytes(os.urandom(SIZE))
    assert node.fingerprint_inputs(**inputs) != before


@pytest.mark.parametrize("name", ["DancheongOCRTextMask", "DancheongEraseText"])
def test_a_search_for_text_is_done_anew_with_another_word_list(comfy, base, name):
    words = base / "input" / "words.txt"
    words.write_text("SALE")
    inputs = {**values(comfy, name), "keep": "@words.txt", "only": ""}
    node = comfy.nodes.NODE_CLASS_MAPPINGS[name]
    before = node.fingerprint_inputs(**inputs)
    words.write_text("NEWS")
    assert node.fingerprint_inputs(**inputs) != before
    words.unlink()
    assert node.fingerprint_inputs(**inputs) != before  # and nothing is raised


@pytest.mark.parametrize(
    ("node", "linked"),
    [
        ("DancheongLoadNewsDataset", {"source": None}),
        ("DancheongOCRTextMask", {"keep": None, "only": ""}),
        ("DancheongEraseText", {"keep": None}),
    ],
)
def test_a_file_that_a_link_names_is_read_every_time(comfy, node, linked):
    """ComfyUI keeps stamps in sets, and a set takes one and the same NaN for unchanged."""
    stamps = [comfy.nodes.NODE_CLASS_MAPPINGS[node].fingerprint_inputs(**linked) for _ in range(2)]
    assert len(set(stamps)) == 2


def test_a_missing_input_is_said_by_comfyui(comfy):
    """It still asks `validate_inputs`, with what is there."""
    for name, node in comfy.nodes.NODE_CLASS_MAPPINGS.items():
        if name.startswith("Dancheong") and "validate_inputs" in vars(node):
            assert node.validate_inputs() is True, name
