"""The README's examples for plain HTTP clients, run as they stand there."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from PIL import Image


@pytest.fixture
def example(root, cli, cover, base, tmp_path):
    """The README's block of a language, for this server, in a folder with what it reads."""
    shutil.copy(cover, base / "input" / "cover.png")
    (tmp_path / "workflows").symlink_to(root / "workflows")

    def block(language):
        found = re.findall(rf"```{language}\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        assert len(found) == 1
        return found[0].replace("http://127.0.0.1:8188", cli.url)

    return block


def test_the_python_example(example, tmp_path):
    finished = subprocess.run([sys.executable, "-c", example("python")], cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    with Image.open(next(tmp_path.glob("without_text*.png"))) as picture:
        assert picture.size == (768, 1120)


@pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="no curl; .ci/run installs it")
def test_the_curl_example(example, tmp_path):
    finished = subprocess.run(["bash", "-ec", example("bash")], cwd=tmp_path, capture_output=True, text=True)
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
