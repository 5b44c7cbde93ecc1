"""What goes wrong with Ray is one sentence that says what to do."""

import sys

import pytest
from dancheong.nodes.ground import MissingLibraryError, UserError
from dancheong.nodes.ground.ray_cluster import cluster, mendable
from ray.exceptions import OutOfDiskError


def test_that_ray_is_missing_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingLibraryError, match=r'run `pip install "ray\[data\]"`, or leave --ray out'):
        cluster("local", 1).__enter__()


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (ModuleNotFoundError("No module named 'imagehash'", name="imagehash"), "lacks the package imagehash: install"),
        (OutOfDiskError("full"), "has no space left, in memory and on its disk, for what waits there: free some"),
        (OSError(28, "No space left on device"), "No space left on device. Mend it there; the same command goes on."),
        (UserError("mark.safetensors is damaged."), r"^mark.safetensors is damaged\.$"),
    ],
)
def test_what_a_user_can_mend_is_found_in_what_ray_wraps_around_it(cause, said):
    wrapped = RuntimeError("a worker failed")
    wrapped.__cause__ = ValueError("an actor failed")
    wrapped.__cause__.__cause__ = cause
    with pytest.raises(UserError, match=said):
        raise mendable(wrapped)


def test_a_bug_stays_a_bug():
    error = RuntimeError("a worker failed")
    error.__cause__ = KeyError("bug")
    assert mendable(error) is error
