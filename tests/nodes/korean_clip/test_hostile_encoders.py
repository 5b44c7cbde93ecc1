"""No text encoder's file runs anything, whatever it asks for."""

import pytest
from dancheong.testing.scenes import hostile


@pytest.mark.parametrize("ending", [".bin", ".ckpt", ".pt", ".pth", ".safetensors"])
def test_hostile_files_run_nothing_and_are_refused_in_a_sentence(comfy, made, base, tmp_path, ending):
    folder = base / "models" / "text_encoders" / "last"
    path, marker = folder / f"hostile{ending}", tmp_path / "it-was-run"
    read = comfy.module("nodes.korean_clip.weights").read
    files = hostile.checkpoints(marker)
    assert len(files) >= 20
    for what, content in files.items():
        path.write_bytes(content)
        with pytest.raises(comfy.module("nodes.ground").UserError) as refused:
            read(path, None)
        assert not marker.exists(), what
        assert path.name in str(refused.value) and len(str(refused.value).splitlines()) == 1, (what, refused.value)
    path.unlink()


def test_they_would_run(tmp_path):
    """Where nobody refuses them."""
    import torch

    marker = tmp_path / "it-was-run"
    path = tmp_path / "hostile.bin"
    path.write_bytes(hostile.checkpoints(marker)["exec, zip"])
    torch.load(path, weights_only=False)
    assert marker.exists()
