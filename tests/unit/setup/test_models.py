"""Downloads from a real server on loopback that breaks off, lies about lengths and sends wrong bytes."""

import hashlib
import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.runner.setup import downloads, models
from dancheong.testing.models import diffste as diffste_models
from dancheong.testing.models import ncnn_pairs, upscale

HEADER = json.dumps({"weight": {"dtype": "F32", "shape": [25000], "data_offsets": [0, 100000]}}).encode()
WHOLE = len(HEADER).to_bytes(8, "little") + HEADER + bytes(range(250)) * 400


class Source(BaseHTTPRequestHandler):
    """Behaves as the first part of the path says."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        manner = self.path.split("/")[1]
        data, length = WHOLE, len(WHOLE)
        if manner == "wrong":
            data = WHOLE[:-1] + b"?"
        elif manner == "page":
            data = b"<!DOCTYPE html><html><title>Sign in</title></html>"
            length = len(data)
        elif manner == "breaks":
            data = WHOLE[: len(WHOLE) // 2]
        elif manner == "lies":
            data = WHOLE[: len(WHOLE) // 2]
            length = len(data)
        self.send_response(404 if manner == "gone" else 200)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", f'"{hashlib.sha256(WHOLE).hexdigest()}"')
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("Content-Disposition", 'attachment; filename="file.safetensors"')
        self.end_headers()
        if body:
            self.wfile.write(data)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def source():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def table(source, manner, kind):
    where = {
        "release": {"release": f"{source}/{manner}/file", "sha256": hashlib.sha256(WHOLE).hexdigest()},
        "drive": {"drive": f"{source}/{manner}/file"},
    }[kind]
    entry = models.Model("x", (), "a test", "upscale_models", ("x.safetensors",), 1, "none", **where)
    return {"x": entry}


def listed(folder):
    """What ComfyUI would list: every file in a model folder, and anything left anywhere else."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", ["release", "drive"])
def test_a_whole_file_arrives(source, tmp_path, kind):
    (path,) = models.get(table(source, "whole", kind), "x", tmp_path)
    assert path == tmp_path / "upscale_models" / "x.safetensors"
    assert path.read_bytes() == WHOLE
    assert listed(tmp_path) == ["upscale_models/x.safetensors"]


@pytest.mark.parametrize("kind", ["release", "drive"])
@pytest.mark.parametrize("manner", ["breaks", "lies", "gone", "page"])
def test_a_bad_download_leaves_nothing(source, tmp_path, kind, manner):
    with pytest.raises(UserError):
        models.get(table(source, manner, kind), "x", tmp_path)
    assert listed(tmp_path) == []


def test_a_bug_in_a_download_keeps_its_traceback(source, tmp_path, monkeypatch):
    import pooch

    monkeypatch.setattr(pooch, "retrieve", lambda *_, **__: None + 1)
    with pytest.raises(TypeError):
        models.get(table(source, "whole", "release"), "x", tmp_path)
    assert listed(tmp_path) == []


def test_a_missing_library_is_named(source, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gdown", None)
    with pytest.raises(UserError, match="x needs the package gdown: run `pip install gdown`"):
        models.get(table(source, "whole", "drive"), "x", tmp_path)


def test_wrong_bytes_are_refused_by_checksum(source, tmp_path):
    with pytest.raises(UserError, match="nothing was kept"):
        models.get(table(source, "wrong", "release"), "x", tmp_path)
    assert listed(tmp_path) == []


HUB = """
import runpy, sys, time
from pathlib import Path
time.sleep = lambda seconds: None  # between further tries
runpy.run_path(sys.argv[1])["load_pack"]()
from dancheong.nodes.ground import UserError
from dancheong.runner.setup import models
for manner in sys.argv[3:]:
    files = ("y.safetensors", "x.safetensors")
    entry = models.Model("x", (), "", "clip", files, 1, "", hub=f"{manner}/model")
    try:
        models.get({"x": entry}, "x", Path(sys.argv[2]) / manner)
        print(manner, "came")
    except UserError:
        print(manner, "refused")
"""


def test_the_hub(root, source, tmp_path):
    """In a process of its own, as huggingface_hub reads its endpoint when it is imported."""
    manners = ("whole", "breaks", "lies", "gone", "page")
    environment = {"PATH": "", "HF_ENDPOINT": source, "HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}
    command = [sys.executable, "-c", HUB, str(root / "runner" / "__main__.py"), str(tmp_path), *manners]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.stdout.splitlines() == [f"{name} {'came' if name == 'whole' else 'refused'}" for name in manners], (
        result
    )
    kept = [name for name in listed(tmp_path) if not name.startswith("home")]
    assert kept == ["whole/clip/x.safetensors", "whole/clip/y.safetensors"]
    assert (tmp_path / "whole" / "clip" / "x.safetensors").read_bytes() == WHOLE


def test_a_present_file_is_not_fetched_again(tmp_path):
    path = tmp_path / "upscale_models" / "x.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"mine")
    assert models.get(table("http://127.0.0.1:9", "whole", "release"), "x", tmp_path) == [path]
    assert path.read_bytes() == b"mine"


def test_an_unreachable_source_and_an_unknown_name(tmp_path):
    with pytest.raises(UserError, match="nothing was kept"):
        models.get(table("http://127.0.0.1:9", "whole", "release"), "x", tmp_path)
    with pytest.raises(UserError, match="no model 'y'; known are x"):
        models.get(table("http://127.0.0.1:9", "whole", "release"), "y", tmp_path)
    assert listed(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "whole"),
    [
        ("vocab.json", b'{"a": 1}', True),
        ("vocab.json", b'{"a": ', False),
        ("merges.txt", b"#version: 0.2", True),
        ("merges.txt", b"", False),
        ("model.ckpt", b"PK not a zip", False),
    ],
)
def test_other_files_are_checked_too(tmp_path, name, content, whole):
    path = tmp_path / name
    path.write_bytes(content)
    if whole:
        downloads.check_complete(path)
    else:
        with pytest.raises(UserError, match="cut off"):
            downloads.check_complete(path)


@pytest.mark.parametrize("cut", [0, 5, 8, 40, len(WHOLE) - 1])
def test_a_cut_safetensors_file_is_seen(tmp_path, cut):
    path = tmp_path / "x.safetensors"
    path.write_bytes(WHOLE[:cut])
    with pytest.raises(UserError, match="cut off"):
        downloads.check_complete(path)


def test_the_shipped_table(root, tmp_path):
    table = models.read_table()
    for model in table.values():
        assert sum(map(bool, (model.release, model.hub, model.drive))) == 1
        assert bool(model.release) == bool(model.sha256)
        assert all((root / "workflows" / f"{name}.json").is_file() for name in model.workflows)
        assert model.licence and model.megabytes
        if model.package:
            assert [Path(name).suffix for name in model.package.files] == [".param", ".bin"]
            assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in model.package.files.values())
    text = models.listing(table, tmp_path)
    assert text.count("missing") == len(table)


def test_a_model_is_for_the_workflows_that_name_it(root):
    """No other, and none less: what is said to be for a workflow is what a user downloads to run it."""
    named = {path.stem: path.read_text(encoding="utf-8") for path in (root / "workflows" / "api").glob("*.json")}
    for model in models.read_table().values():
        _, _, below = model.folder.partition("/")
        files = [f'"{Path(below, file).as_posix()}"' for file in model.files]
        if below and not model.folder.startswith("clip_vision/"):
            # A folder can be chosen too, where it holds a text encoder.
            folders = {Path(below), *(Path(below, file).parent for file in model.files)}
            files += [f'"{folder.as_posix()}/"' for folder in folders]
        # As can a diffusers folder for the network in it.
        files += [f'"{Path(file).parts[0]}/"' for file in model.files if "/" in file and not below]
        using = {name for name, text in named.items() if any(file in text for file in files)}
        assert using == set(model.workflows), model.name


@pytest.mark.parametrize(
    ("refusal", "command"),
    [
        ("model_name: 'big-lama.pt' not in []", ". Run `dancheong models get lama`."),
        ("ckpt_name: 'v1-5-pruned-emaonly-fp16.safetensors' not in ['a.ckpt']", ". Run `dancheong models get sd15`."),
        ("text_encoder: 'my-korean-stable-diffusion-v1-5/' not in []", ". Run `dancheong models get korean-sd`."),
        ("embedding: 'mine.safetensors' not in ['big-lama.pt']", ""),
        ("width must be at least 16", ""),
    ],
)
def test_what_comfyui_misses_names_the_command(refusal, command):
    assert models.remedy(refusal) == command


def test_an_ncnn_pair_is_converted_by_command(tmp_path, capsys):
    from dancheong.runner import cli
    from safetensors.torch import load_file

    weights, target = upscale.compact(3, layers=2), tmp_path / "models" / "tiny.safetensors"
    source = ncnn_pairs.compact(weights, tmp_path / "tiny.param", reduced=0.5)

    def convert(*words):
        return cli.main(["models", "convert", "ncnn", *map(str, words)])

    assert convert(source, target) == 0
    said = capsys.readouterr().out
    assert f"{target}: " in said and "tiny.param reduces what the network makes to 0.5 of it" in said
    made = load_file(target)
    assert made.keys() == weights.keys()
    assert {key: tensor.dtype for key, tensor in made.items() if tensor.ndim == 4} == dict.fromkeys(
        [key for key, array in weights.items() if array.ndim == 4], torch.float16
    )
    assert made["body.1.weight"].dtype == torch.float32
    for dtype in ("float32", "float16"):
        assert convert(source.with_suffix(".bin"), target, "--dtype", dtype) == 0
        assert {tensor.dtype for tensor in load_file(target).values()} == {getattr(torch, dtype)}
    capsys.readouterr()
    kept = target.read_bytes()
    (tmp_path / "other.pth").write_bytes(b"PK")
    for wrong, part in (
        (tmp_path / "gone.param", "There is no file"),
        (tmp_path / "other.pth", "is none of an ncnn pair: expected the .param of an ncnn pair"),
    ):
        assert convert(wrong, target) == 1
        assert part in capsys.readouterr().err
    assert convert(source, tmp_path / "tiny.pth") == 1
    assert "ends in .safetensors" in capsys.readouterr().err
    source.with_suffix(".bin").write_bytes(source.with_suffix(".bin").read_bytes()[:100])
    assert convert(source, target) == 1
    assert "breaks off" in capsys.readouterr().err
    assert target.read_bytes() == kept
    assert sorted(path.name for path in target.parent.iterdir()) == ["tiny.safetensors"]


def test_a_checkpoint_is_converted_by_command(tmp_path, capsys):
    from dancheong.runner import cli

    source, target = tmp_path / "diffste.ckpt", tmp_path / "models" / "diffste.safetensors"
    diffste_models.lightning(source, diffste_models.tensors())
    assert cli.main(["models", "convert", "diffste", str(source), str(target)]) == 0
    assert "41 MB of 81 MB" in capsys.readouterr().out
    assert cli.main(["models", "convert", "diffste", str(source), str(target), "--dtype", "float32"]) == 0
    assert "81 MB of 81 MB" in capsys.readouterr().out
    for wrong, part in ((tmp_path / "gone.ckpt", "There is no file"), (target.parent, "There is no file")):
        assert cli.main(["models", "convert", "diffste", str(wrong), str(target)]) == 1
        assert part in capsys.readouterr().err
    source.write_bytes(b"<html>")
    assert cli.main(["models", "convert", "diffste", str(source), str(target)]) == 1
    assert "a web page" in capsys.readouterr().err
    assert target.stat().st_size > 80_000_000
