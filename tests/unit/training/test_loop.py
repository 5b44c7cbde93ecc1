"""The loop on a task whose best answer is known: a line through points."""

import json

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.training import Peers, Plan, train

SLOPE = torch.tensor([2.0, -1.0, 0.5])


class Line:
    """Finds SLOPE from noisy points."""

    def __init__(self, noise=0.1, fails_at=None):
        self.learned = {"slope": torch.nn.Parameter(torch.zeros(3))}
        self.identity = f"a line with noise {noise}"
        self.noise, self.fails_at, self.batches = noise, fails_at, 0

    def loss(self, chance):
        self.batches += 1
        points = torch.randn(16, 3, generator=chance)
        values = points @ SLOPE + self.noise * torch.randn(16, generator=chance)
        if self.batches == self.fails_at:
            values = values * torch.nan
        return ((points @ self.learned["slope"] - values) ** 2).mean()

    def measure(self):
        return {"loss": ((self.learned["slope"] - SLOPE) ** 2).sum().item()}


class Stop(Exception):
    pass


def stop_at(step):
    def on_step(outcome):
        if outcome.step == step:
            raise Stop

    return on_step


PLAN = Plan(steps=300, learning_rate=0.05, warm_up=10, measure_every=20, save_every=50, seed=4)
AVERAGED = Plan(steps=40, learning_rate=0.05, measure_every=7, save_every=9, average=0.9, accumulate=2)


def test_it_learns_and_ends_with_the_best():
    task = Line()
    outcome = train(task, PLAN)
    assert torch.allclose(task.learned["slope"], SLOPE, atol=0.05)
    assert torch.equal(task.learned["slope"], outcome.best["slope"])
    measured = {entry["step"]: entry["loss"] for entry in outcome.figures}
    assert measured[outcome.best_step] == min(measured.values())
    assert list(measured) == list(range(0, 301, 20))
    assert len(outcome.losses) == outcome.step == 300


def test_the_best_is_kept_when_it_gets_worse():
    task = Line()
    task.learned["slope"].data = SLOPE + 0.01
    outcome = train(task, Plan(steps=30, learning_rate=3.0, falls=False, measure_every=5))
    assert outcome.best_step == 0
    assert torch.equal(task.learned["slope"], SLOPE + 0.01)


@pytest.mark.parametrize("at", [1, 6, 7, 8, 9, 18, 39, 40])
def test_stopped_anywhere_and_gone_on_it_ends_as_a_straight_run(tmp_path, at):
    straight = Line()
    expected = train(straight, AVERAGED)
    keep = tmp_path / "run.safetensors"
    with pytest.raises(Stop):
        train(Line(), AVERAGED, keep, stop_at(at))
    again = Line()
    outcome = train(again, AVERAGED, keep)
    assert torch.equal(again.learned["slope"], straight.learned["slope"])
    assert (outcome.losses, outcome.figures) == (expected.losses, expected.figures)


def test_a_seed_is_a_run():
    first, same, other = Line(), Line(), Line()
    train(first, AVERAGED)
    train(same, AVERAGED)
    train(other, Plan(**{**vars(AVERAGED), "seed": 1}))
    assert torch.equal(first.learned["slope"], same.learned["slope"])
    assert not torch.equal(first.learned["slope"], other.learned["slope"])


def test_accumulated_batches_count_as_one_large():
    task = Line()
    outcome = train(task, Plan(steps=3, learning_rate=0.1, accumulate=4))
    assert (task.batches, len(outcome.losses)) == (12, 3)


def test_the_running_mean_is_what_is_kept():
    bare, averaged = Line(noise=2.0), Line(noise=2.0)
    steps = {"steps": 400, "learning_rate": 0.2, "falls": False, "measure_every": 400}
    train(bare, Plan(**steps))
    train(averaged, Plan(**steps, average=0.98))
    assert averaged.measure()["loss"] < bare.measure()["loss"] / 2


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_best(tmp_path):
    keep = tmp_path / "run.safetensors"
    task = Line(fails_at=61)
    with pytest.raises(UserError, match=r"^The loss at step 61 was not a number any more: .* of step 60, is kept\.$"):
        train(task, PLAN, keep)
    assert torch.allclose(task.learned["slope"], SLOPE, atol=0.2)
    assert train(Line(), PLAN, keep).step == 300


def test_a_run_of_another_job_is_refused_and_stays(tmp_path):
    keep = tmp_path / "run.safetensors"
    train(Line(), AVERAGED, keep)
    before = keep.read_bytes()
    with pytest.raises(UserError, match=r"run\.safetensors is of another job \(a line with noise 0\.1 "):
        train(Line(noise=0.5), AVERAGED, keep)
    assert keep.read_bytes() == before


def test_another_file_is_no_run(tmp_path):
    from safetensors.torch import save_file

    save_file({"slope": SLOPE}, tmp_path / "topic.safetensors", {"topic": json.dumps("economy")})
    with pytest.raises(UserError, match=r"^topic\.safetensors is no saved run"):
        train(Line(), PLAN, tmp_path / "topic.safetensors")


def test_it_learns_within_inference_mode():
    with torch.inference_mode():
        task = Line.__new__(Line)
        with torch.inference_mode(False):
            task.__init__()
        train(task, AVERAGED)
    assert not torch.equal(task.learned["slope"], torch.zeros(3))


def test_batches_that_cannot_be_shared_out_evenly_are_told():
    assert [list(Peers(number, 3).share(6)) for number in range(3)] == [[0, 3], [1, 4], [2, 5]]
    with pytest.raises(UserError, match="3 batches a step cannot be shared out evenly among 2 processes"):
        train(Line(), Plan(steps=1, learning_rate=0.1, accumulate=3), peers=Peers(1, 2))
