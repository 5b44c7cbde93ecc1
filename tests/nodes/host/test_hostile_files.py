"""No loader runs anything of a file, believes what it declares, or ends in more than a sentence."""

import struct
import warnings

import pytest
from dancheong.testing.scenes import hostile, hostile_files

ENDINGS = {
    "upscale": (".pth", ".safetensors"),
    "inpaint": (".pt", ".pth", ".safetensors"),
    "topic": (".pt", ".bin", ".safetensors"),
    "diffste": (".ckpt", ".pt", ".safetensors"),
    "encoder": (".bin", ".pt", ".safetensors"),
    "craft": (".pth", ".h5"),
    "watermark": (".safetensors",),
}
MOST_GB = 1.5
"""More than any of the files may take of memory beyond what the process has."""


@pytest.fixture(scope="module")
def loaders(comfy):
    upscale, lama = comfy.module("nodes.upscale.comfy_load"), comfy.module("nodes.erase.comfy_lama")
    topic = comfy.module("nodes.topic_prompt.topic_file")
    return {
        "upscale": lambda path: upscale.load(path, None, 1.0),
        "inpaint": lama.load,
        "topic": topic.read,
        "diffste": comfy.module("nodes.text_edit.checkpoint").read,
        "encoder": lambda path: comfy.module("nodes.korean_clip.weights").read(path, None),
        "craft": comfy.module("nodes.text_mask.engines.craft").load,
        "watermark": comfy.module("nodes.watermark.mark_file").read,
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What each is -> the file; none of them is a model."""
    folder = tmp_path_factory.mktemp("hostile")
    marker = folder / "it-was-run"
    made = {**hostile.checkpoints(marker), **hostile_files.programs(marker), **hostile_files.archives()}
    return marker, {**made, **hostile_files.headers()}


@pytest.fixture
def bounded():
    """An address space that ends: what asks for more gets an error instead of the machine's memory."""
    resource = pytest.importorskip("resource", reason="this system bounds no process")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + int(8e9), before[1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1e6 < MOST_GB


@pytest.mark.parametrize(
    ("loader", "ending"), [(loader, ending) for loader, endings in ENDINGS.items() for ending in endings]
)
def test_hostile_files_run_nothing_and_end_in_a_sentence(comfy, loaders, files, tmp_path, bounded, loader, ending):
    user_error = comfy.module("nodes.ground").UserError
    marker, contents = files
    assert len(contents) >= 40
    path = tmp_path / f"hostile{ending}"
    wrong = []
    for what, content in contents.items():
        path.write_bytes(content)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                loaders[loader](path)
            wrong.append((what, "was loaded"))
        except user_error as refused:
            if "hostile" not in str(refused) or len(str(refused).splitlines()) != 1:
                wrong.append((what, str(refused)))
        except Exception as error:
            wrong.append((what, repr(error)))
        if marker.exists():
            wrong.append((what, "was run"))
            marker.unlink()
    assert wrong == []


def test_a_keras_file_leads_nowhere(comfy, loaders, tmp_path, bounded):
    secret = tmp_path / "secret"
    secret.write_bytes(struct.pack("<4f", 1, 2, 3, 4))
    contents = hostile_files.keras(tmp_path, secret)
    assert len(contents) >= 10
    for content in contents.values():
        path = tmp_path / "hostile.h5"
        path.write_bytes(content)
        with pytest.raises(comfy.module("nodes.ground").UserError) as refused:
            loaders["craft"](path)
        assert "hostile.h5" in str(refused.value) and len(str(refused.value).splitlines()) == 1


def test_the_program_would_run(tmp_path):
    """Where it is loaded as torch loads it."""
    import torch

    marker = tmp_path / "it-was-run"
    path = tmp_path / "hostile.pt"
    path.write_bytes(hostile_files.programs(marker)["a program that writes"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.load(path)
    assert marker.exists()
