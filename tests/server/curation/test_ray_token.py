"""A cluster that `ray start --head` starts asks for a token as soon as its user has one, which any local Ray leaves."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from dancheong.testing.scenes import news

PATIENCE = 400.0
"""s for a start of Ray and what follows, on a machine that does other things too."""


@pytest.fixture(scope="module")
def head(tmp_path_factory):
    """The home of who started the cluster, and its address."""
    home, session = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("r")
    (home / ".ray").mkdir()
    (home / ".ray" / "auth_token").write_text(32 * "a1")
    ray = str(Path(sys.executable).with_name("ray"))
    command = [ray, "start", "--head", "--port=0", "--num-cpus=1", "--include-dashboard=false"]
    variables = {**os.environ, "HOME": str(home)}
    started = subprocess.run(
        [*command, f"--temp-dir={session}"], env=variables, capture_output=True, text=True, timeout=PATIENCE
    )
    assert started.returncode == 0, started.stderr
    yield home, (session / "ray_current_cluster").read_text().strip()
    for process in psutil.process_iter(["cmdline"]):
        if any(str(session) in word for word in process.info["cmdline"] or ()):
            process.kill()


def curated(root, head, home, tmp_path, **more):
    source = news.zipped(tmp_path / "set.zip", news.articles(4, 4, (320, 260)))
    command = [sys.executable, str(root / "runner"), "curate", str(source), "--out", str(tmp_path / "out")]
    variables = {**os.environ, "HOME": str(home), **more}
    return subprocess.run([*command, "--ray", head[1]], env=variables, capture_output=True, text=True, timeout=PATIENCE)


def test_who_shows_the_token_joins(root, head, tmp_path):
    done = curated(root, head, head[0], tmp_path, RAY_AUTH_MODE="token")
    assert done.returncode == 0 and "rows kept" in done.stdout, done.stderr


def test_who_shows_none_is_told_where_it_is_and_how(root, head, tmp_path):
    """Whether he has it or not: a cluster without tokens takes no worker of who shows one."""
    done = curated(root, head, head[0], tmp_path)
    assert done.returncode == 1 and "asks for its token: copy ~/.ray/auth_token from the machine" in done.stderr
    assert "set RAY_AUTH_MODE=token for this command" in done.stderr
    assert "Traceback" not in done.stderr
