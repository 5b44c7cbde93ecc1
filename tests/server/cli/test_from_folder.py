"""The command line started as a folder, from wherever somebody is."""

import subprocess
import sys

from dancheong.testing.scenes import news


def runner(root, *typed, **options):
    return subprocess.run([sys.executable, str(root / "runner"), *typed], capture_output=True, text=True, **options)


def test_the_folder_runs_from_anywhere(root, tmp_path):
    shown = runner(root, "--help", cwd=tmp_path)
    assert shown.returncode == 0 and "curate" in shown.stdout
    refused = runner(root, "run", "nowhere.json", cwd=tmp_path)
    assert (refused.returncode, refused.stderr) == (1, "dancheong: There is no workflow file nowhere.json.\n")


def test_curate_runs_from_the_folder_though_a_room_there_is_called_queue(root, tmp_path):
    """Python looks into the started folder first, and its threads import the standard queue."""
    source = news.raw_json(tmp_path / "raw", news.articles(20, 2))
    done = runner(root, "curate", str(source), "--out", str(tmp_path / "out"), "--workers", "1")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert done.stdout.splitlines()[0] == "15 of 20 rows kept"


def test_whoever_reads_may_have_seen_enough(root):
    process = subprocess.Popen(
        [sys.executable, str(root / "runner"), "apps"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    assert process.wait(timeout=60) == 1 and process.stderr.read() == ""
