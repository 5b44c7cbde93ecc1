"""A PyTorch file that is cut off, changed or packed by another program is refused; one without checksums is read."""

import zipfile

import pytest
import torch
from dancheong.nodes.ground import UserError, torch_file


def saved(path, content, **options):
    torch.save(content, path, **options)
    return path


def rewritten(path, **changed):
    """The archive with other members, or with them compressed."""
    with zipfile.ZipFile(path) as old:
        members = {info.filename: old.read(info) for info in old.infolist()}
    compression = changed.pop("compression", zipfile.ZIP_STORED)
    with zipfile.ZipFile(path, "w", compression) as new:
        for name, data in members.items():
            new.writestr(name, changed.get(name.partition("/")[2].replace(".", "_").replace("/", "_"), data))


def test_an_archive_that_is_not_what_torch_wrote_is_refused(tmp_path):
    content = {"a": torch.arange(1000.0)}
    cases = {
        "compressed": {"compression": zipfile.ZIP_DEFLATED},
        "bomb": {"compression": zipfile.ZIP_DEFLATED, "data_0": bytes(1 << 27)},
        "short": {"data_0": bytes(8)},
        "long": {"data_0": bytes(8000)},
        "order": {"byteorder": b"big"},
    }
    for name, change in cases.items():
        path = saved(tmp_path / f"{name}.pt", content)
        rewritten(path, **change)
        with pytest.raises(UserError, match="is damaged or cut off"):
            file = torch_file.read(path)
            file.tensors(file.content)


@pytest.mark.parametrize("zipped", [True, False])
def test_every_flipped_bit_of_a_tensor_is_seen_or_changes_it_as_in_torch(tmp_path, zipped):
    content = {"a": torch.arange(64.0)}
    whole = saved(tmp_path / "a.pt", content, _use_new_zipfile_serialization=zipped).read_bytes()
    at = whole.index(content["a"].numpy().tobytes())
    for place in range(at, at + 256, 13):
        data = bytearray(whole)
        data[place] ^= 4
        (tmp_path / "a.pt").write_bytes(data)
        if zipped:
            with pytest.raises(UserError, match="is not what was written"):
                file = torch_file.read(tmp_path / "a.pt")
                file.tensors(file.content)
        else:  # that form has no checksums
            file = torch_file.read(tmp_path / "a.pt")
            assert torch.equal(file.tensors(file.content)["a"], torch.load(tmp_path / "a.pt")["a"])


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_that_is_cut_off_anywhere_is_refused(tmp_path, zipped):
    whole = saved(tmp_path / "a.pt", {"a": torch.arange(64.0)}, _use_new_zipfile_serialization=zipped).read_bytes()
    for length in range(1, len(whole), 37):
        (tmp_path / "a.pt").write_bytes(whole[:length])
        with pytest.raises(UserError):
            file = torch_file.read(tmp_path / "a.pt")
            file.tensors(file.content)


def test_files_without_checksums_are_read(tmp_path):
    from torch.utils.serialization import config

    config.save.compute_crc32 = False
    try:
        path = saved(tmp_path / "a.pt", {"a": torch.arange(9.0)})
    finally:
        config.save.compute_crc32 = True
    file = torch_file.read(path)
    assert torch.equal(file.tensors(file.content)["a"], torch.arange(9.0))
