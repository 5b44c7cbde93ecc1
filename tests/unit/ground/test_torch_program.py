"""The tensors of a TorchScript program are read without loading it, as loading runs what it brings."""

import pytest
import torch
from dancheong.nodes.ground import UserError, torch_file
from dancheong.testing.scenes import hostile_files


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4)])
        self.scale = torch.nn.Parameter(torch.rand(1))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x * self.scale


@pytest.mark.parametrize("make", [torch.jit.script, lambda net: torch.jit.trace(net.eval(), torch.zeros(2, 3))])
def test_a_programs_tensors_are_its_state(tmp_path, make):
    program = make(Net())
    torch.jit.save(program, tmp_path / "a.pt")
    assert torch_file.is_program(tmp_path / "a.pt")
    tensors, wanted = torch_file.read_program(tmp_path / "a.pt"), program.state_dict()
    assert tensors.keys() == wanted.keys() and all(torch.equal(tensors[name], wanted[name]) for name in wanted)
    with pytest.raises(UserError, match="is a TorchScript program"):
        torch_file.read(tmp_path / "a.pt")


def test_a_program_is_not_run(tmp_path):
    marker = tmp_path / "it-was-run"
    torch.jit.save(torch.jit.script(hostile_files.Writes(str(marker))), tmp_path / "a.pt")
    assert not marker.exists()
    torch_file.read_program(tmp_path / "a.pt")
    assert not marker.exists()
    torch.jit.load(tmp_path / "a.pt")  # where nobody refuses it
    assert marker.exists()
