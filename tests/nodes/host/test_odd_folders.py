"""Whatever lies in the model folders, all nodes load and every loader answers."""

import shutil
import sys
import time

import pytest
from dancheong.testing.rights import ordinary
from dancheong.testing.scenes import odd_folder

if sys.platform == "win32":
    pytest.skip("links, pipes and rights of POSIX", allow_module_level=True)

FOLDERS = ("text_encoders", "fonts", "ocr", "inpaint", "watermarks", "diffste", "icc", "embeddings", "upscale_models")


@pytest.fixture(scope="module")
def odd(comfy, base):
    laid = [base / "models" / name / "odd" for name in FOLDERS]
    for folder in laid:
        odd_folder.fill(folder, odd_folder.MANY if folder.parent.name == "text_encoders" else 0)
    yield laid
    for folder in laid:
        odd_folder.open_up(folder)
        shutil.rmtree(folder)


def ours(comfy):
    return {name: node for name, node in comfy.nodes.NODE_CLASS_MAPPINGS.items() if name.startswith("Dancheong")}


def test_all_nodes_load_and_offer_what_is_there(comfy, odd):
    start = time.monotonic()
    with ordinary():
        schemas = {name: node.define_schema() for name, node in ours(comfy).items()}
    assert time.monotonic() - start < 30
    assert len(schemas) >= 27
    offered = {
        choice
        for schema in schemas.values()
        for part in schema.inputs
        for choice in getattr(part, "options", None) or []
    }
    assert "odd/many/9999.safetensors" in offered and "odd/linked.pt" in offered
    assert not [choice for choice in offered if "pipe." in choice or "socket." in choice or "device." in choice]


def test_every_loader_answers(comfy, odd):
    """Nothing is raised and nothing waits for a pipe; what cannot be read is as it was."""
    for node in ours(comfy).values():
        schema = node.define_schema()
        inputs = {
            part.id: getattr(part, "default", None) or next(iter(getattr(part, "options", None) or [None]))
            for part in schema.inputs
        }
        if schema.is_input_list:
            inputs = {name: [value] for name, value in inputs.items()}
        if "fingerprint_inputs" in vars(node):
            with ordinary():
                assert str(node.fingerprint_inputs(**inputs)) == str(node.fingerprint_inputs(**inputs))


@pytest.mark.parametrize(
    "name", ["unreadable.pt", "empty.SAFETENSORS", "no-utf8-\udcff\udcfe.pt", "many/1.safetensors"]
)
def test_one_that_cannot_be_read_is_refused_in_one_sentence(comfy, odd, name):
    user_error = comfy.module("nodes.ground").UserError
    with ordinary(), pytest.raises(user_error) as refused:
        comfy.module("nodes.ground.tensor_file").read_tensors(odd[0] / name)
    assert len(str(refused.value).splitlines()) == 1 and "get it again" in str(refused.value)


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "loop", "\uac00" * 200, "..", "."])
def test_a_name_that_can_be_no_file_is_not_there(comfy, base, name):
    folders = comfy.module("nodes.host.folders")
    loop = base / "input" / "loop"
    loop.symlink_to(loop)
    try:
        assert folders.find_input(name) is None
        with pytest.raises(comfy.module("nodes.ground").UserError, match="There is no dataset"):
            folders.dataset(name)
    finally:
        loop.unlink()
