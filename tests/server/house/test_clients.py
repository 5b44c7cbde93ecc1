"""The docs' clients for plain HTTP, run as they stand there."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from PIL import Image


@pytest.fixture
def client(root, cli, supplies, tmp_path):
    """A file of docs/ for this server, in a folder with what it reads."""
    supplies.put("cover.png")
    (tmp_path / "workflows").symlink_to(root / "workflows")

    def written(name):
        return (root / "docs" / name).read_text(encoding="utf-8").replace("http://127.0.0.1:8188", cli.url)

    return written


def test_the_python_client(client, tmp_path):
    finished = subprocess.run([sys.executable, "-c", client("client.py")], cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    with Image.open(next(tmp_path.glob("without_text*.png"))) as picture:
        assert picture.size == (768, 1120)


@pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="no curl; .ci/run installs it")
def test_the_curl_client(client, tmp_path):
    finished = subprocess.run(["bash", "-ec", client("client.sh")], cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    decoder, answers, text = json.JSONDecoder(), [], finished.stdout
    while text:
        answer, end = decoder.raw_decode(text)
        answers.append(answer)
        text = text[end:].lstrip()
    uploaded, queued, history = answers
    assert uploaded["name"] == "cover.png"
    assert queued["prompt_id"] and not queued["node_errors"]
    assert isinstance(history, dict)
