"""install.py where there is nothing to install: it must not touch what works, nor stack OpenCV on a broken one."""

import os
import subprocess
import sys


def install(root, **environment):
    # No index can be reached: any attempt to install something would fail and be seen.
    variables = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_NO_INDEX": "1", **environment}
    return subprocess.run([sys.executable, root / "install.py"], capture_output=True, text=True, env=variables)


def test_nothing_happens_where_everything_is_there(root):
    done = install(root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_broken_opencv_is_reported_and_left_alone(root, tmp_path):
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    done = install(root, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0
    assert "cv2 does not work (ImportError: libGL.so.1" in done.stdout and "left alone" in done.stdout
