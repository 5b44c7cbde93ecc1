"""What is no weight file is called by its name, and nothing in any file is ever run."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.ground.tensor_file import read_tensors
from safetensors.torch import save

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 492265168\n"
ENDINGS = (".safetensors", ".sft", ".bin", ".pt", ".ckpt", ".pth", ".SAFETENSORS", ".BIN")
TENSORS = {"a": torch.arange(12.0).reshape(3, 4)}


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


def pytorch(content, **options):
    file = io.BytesIO()
    torch.save(content, file, **options)
    return file.getvalue()


def archive(**files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return file.getvalue()


def tar(**files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return file.getvalue()


def script():
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), file)
    return file.getvalue()


OTHERS = {
    "a web page": (b"<!DOCTYPE html><html>Sign in</html>", b"\xef\xbb\xbf\n  <html lang=ko>", b"<?xml version='1.0'?>"),
    "a Git LFS pointer": (POINTER,),
    "JSON text": (b'{"error": "Repository not found"}', b"[1, 2]"),
    "is empty": (b"",),
    "a zip archive": (archive(readme="x", weights="y"),),
    "a gzip archive": (gzip.compress(b"weights", mtime=0),),
    "a tar archive": (tar(weights=b"x"),),
    "an xz archive": (lzma.compress(b"weights"),),
    "a bzip2 archive": (bz2.compress(b"weights"),),
    "a NumPy file": (b"\x93NUMPY\x01\0" + bytes(120),),
    "a GGUF file": (b"GGUF\x03\0\0\0" + bytes(64),),
    "a Keras file": (b"\x89HDF\r\n\x1a\n" + bytes(64),),
    "a WebP picture": (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(64),),
    "a PNG picture": (b"\x89PNG\r\n\x1a\n" + bytes(64),),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_no_weight_file_is_called_by_its_name(tmp_path, ending):
    path = tmp_path / f"model{ending}"
    for said, content in ((said, content) for said, each in OTHERS.items() for content in each):
        path.write_bytes(content)
        with pytest.raises(UserError) as refused:
            read_tensors(path)
        text = str(refused.value)
        assert text.startswith(path.name) and said in text and "was refused" not in text and len(text.splitlines()) == 1


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending.lower() not in (".safetensors", ".sft")])
def test_a_safetensors_file_under_another_ending_is_told(tmp_path, ending):
    """Whatever its header's length is, whose bytes can be those that other files begin with."""
    content = save(TENSORS)
    header = content[8 : 8 + int.from_bytes(content[:8], "little")]
    for length in (*range(64, 360, 8), 35615 + 8 * 0x80000):
        path = tmp_path / f"model{ending}"
        path.write_bytes(length.to_bytes(8, "little") + header.ljust(length) + content[8 + len(header) :])
        with pytest.raises(UserError, match="is a safetensors file: rename it"):
            read_tensors(path)
        right = path.rename(tmp_path / f"{length}.SafeTensors")
        assert torch.equal(read_tensors(right)[0]["a"], TENSORS["a"])


@pytest.mark.parametrize("legacy", [False, True])
def test_a_pytorch_file_under_a_safetensors_name_is_told(tmp_path, legacy):
    path = tmp_path / "model.SAFETENSORS"
    path.write_bytes(pytorch(TENSORS, _use_new_zipfile_serialization=not legacy))
    with pytest.raises(UserError, match=r"is a PyTorch file, not a safetensors file: give its name the ending \.pt"):
        read_tensors(path)
    right = path.rename(tmp_path / "model.PT")
    assert torch.equal(read_tensors(right)[0]["a"], TENSORS["a"])


@pytest.mark.parametrize(
    "content",
    [pickle.dumps({"x": Bomb()}, protocol) for protocol in range(2, 6)]
    + [pytorch({"x": Bomb()}, _use_new_zipfile_serialization=new) for new in (True, False)]
    + [pytorch(torch.nn.Linear(2, 2))],
)
def test_what_asks_for_code_is_refused_as_such(tmp_path, content):
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(UserError, match="was refused, as it asks for"):
        read_tensors(path)


def test_a_program_is_no_weight_file(tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(script())
    with pytest.raises(UserError, match="is a TorchScript program"):
        read_tensors(path)


@pytest.mark.parametrize("kind", ["safetensors", "pt", "legacy"])
def test_what_is_cut_off_anywhere_is_damaged(tmp_path, kind):
    whole = save(TENSORS) if kind == "safetensors" else pytorch(TENSORS, _use_new_zipfile_serialization=kind == "pt")
    path = tmp_path / ("model.safetensors" if kind == "safetensors" else "model.pt")
    for size in range(1, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError) as refused:
            read_tensors(path)
        # Where it ends within the name of a class, a pickle asks for a class that nobody knows.
        told = "damaged" in str(refused.value) or (kind == "legacy" and "was refused" in str(refused.value))
        assert told and len(str(refused.value).splitlines()) == 1, (size, refused.value)
