"""Curation on a cluster of three machines, all of them played on this one; a third lacks the pack."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import yaml
from dancheong.nodes.curation import Curation, Standards, Walk
from dancheong.nodes.ground import UserError, ray_cluster
from dancheong.nodes.ground.ray_cluster import cluster as joined
from dancheong.nodes.ground.ray_cluster import machines
from dancheong.nodes.watermark import mark_file
from dancheong.testing.models import clip_pair
from dancheong.testing.models.lama import big_lama
from dancheong.testing.scenes import news, news_photos

ROWS = 60
PHOTOS = 6
TOLD = (lambda done: None, lambda sentence: None)
LEAST = -0.03
"""Cosine of a picture and its headline: as the tiny CLIP has it, some pictures are below."""
PATIENCE = 400.0
"""s for a start of Ray and what follows, on a machine that does other things too."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Ray's own utility for tests: a raylet a machine; of the second it is said that it has a GPU."""
    from ray.cluster_utils import Cluster

    lacking = tmp_path_factory.mktemp("lacking")
    (lacking / "dancheong.py").write_text("raise ModuleNotFoundError('No module named dancheong', name='dancheong')")
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1, num_gpus=1)
    cluster.add_node(num_cpus=1, env_vars={"PYTHONPATH": str(lacking)})
    yield cluster
    cluster.shutdown()


def files(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != "settings.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.suffix != ".part"}


def test_stages_run_on_both_machines_and_one_without_the_pack_is_told(root, cluster, tmp_path):
    """Reading and examining on both, the CLIP where a GPU is."""
    source = tmp_path / "shards"
    source.mkdir()
    articles = list(news.articles(ROWS, 4, (640, 520)))
    for number in range(6):
        news.zipped(source / f"{number}.zip", iter(articles[number * 10 : number * 10 + 10]))
    command = [sys.executable, str(root / "runner"), "curate", str(source), "--out", str(tmp_path / "ray")]
    clip = tmp_path / "clip"
    clip_pair.write(clip)
    command += ["--min-content", "0", "--clip", str(clip), "--min-relevance", str(LEAST), "--ray", cluster.address]
    driver = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    worked: dict[int, set[str]] = {}
    end = time.monotonic() + PATIENCE
    while driver.poll() is None and time.monotonic() < end:
        for raylet in raylets(cluster):
            for name in tasks(raylet):
                worked.setdefault(raylet.pid, set()).add(name)
        time.sleep(0.04)
    said, error = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, error
    assert error.count("of the Ray cluster lacks the package dancheong: install dancheong and what it needs") == 1
    assert "The others go on." in error and "rows kept" in said
    assert not any(word in error for word in ("Traceback", "WARNING", "INFO"))
    good = [raylet.pid for raylet in raylets(cluster)][:2]
    assert set(worked) == set(good), worked
    assert [any("_Networks" in name for name in worked[raylet]) for raylet in good] == [False, True]
    standards = Standards(min_content=0, min_relevance=LEAST)
    counts = Walk(Curation(source, tmp_path / "straight", standards, clip=clip, workers=1)).finish(lambda done: None)
    assert counts["kept"] and counts["low relevance"]
    assert files(tmp_path / "ray") == files(tmp_path / "straight")


def test_marks_are_found_on_cores_and_filled_where_a_gpu_is(root, cluster, tmp_path):
    """Beside a CLIP, which refuses some pictures before they are filled."""
    source, mark, clip = tmp_path / "photos", tmp_path / "mark.safetensors", tmp_path / "clip"
    news_photos.write(source, PHOTOS)
    mark_file.write(mark, news_photos.true_mark())
    lama = big_lama(tmp_path / "lama.safetensors")
    clip_pair.write(clip)
    standards = Standards(duplicate_bits=-1, min_relevance=-0.02)
    counts = {
        way: Walk(Curation(source, tmp_path / way, standards, (mark,), clip, 1, ray, lama=lama)).finish(*TOLD)
        for way, ray in (("straight", None), ("ray", cluster.address))
    }
    assert counts["ray"] == counts["straight"] and 0 < counts["ray"]["kept"] < PHOTOS
    assert files(tmp_path / "ray") == files(tmp_path / "straight")
    assert b"filled by lama" in (tmp_path / "ray" / "metadata.jsonl").read_bytes()


def raylets(cluster) -> list[psutil.Process]:
    """The machines in the order in which they were added."""
    nodes = [
        cluster.head_node,
        *sorted(cluster.worker_nodes, key=lambda node: node.all_processes["raylet"][0].process.pid),
    ]
    return [psutil.Process(node.all_processes["raylet"][0].process.pid) for node in nodes]


def tasks(raylet: psutil.Process) -> list[str]:
    """What its workers do right now of ours."""
    found = []
    for child in raylet.children():
        with contextlib.suppress(psutil.Error, IndexError):  # it ended meanwhile
            name = child.cmdline()[0]
            if name.startswith(("ray::FlatMap", "ray::Map")):
                found.append(name)
    return found


def test_a_machine_that_does_not_see_a_file_is_told_by_it(cluster, tmp_path):
    with joined(cluster.address, 1) as ray:
        good, told = machines(ray, "json", [tmp_path])
        assert len(good) == 3 and told == []
        with pytest.raises(UserError, match=r"The machine .* of the Ray cluster has no .*gone: expected files under"):
            machines(ray, "json", [tmp_path, tmp_path / "gone"])


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_answers_and_is_no_ray_is_not_waited_for(monkeypatch, words):
    """Nothing is said, or something else."""
    monkeypatch.setattr(ray_cluster, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer():
            with other.accept()[0] as one:
                one.sendall(words)
                one.recv(1000)
                while one.recv(1000):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(UserError, match=f"No Ray cluster answers at '{address}'"), joined(address, 1):
            pass
        thread.join()


def test_rays_own_reading_takes_the_example_files(root):
    from ray.autoscaler._private.kuberay.autoscaling_config import _derive_autoscaling_config_from_ray_cr
    from ray.autoscaler._private.util import prepare_config, validate_config

    ssh = prepare_config(yaml.safe_load((root / "docs" / "ray_ssh.yaml").read_text()))
    validate_config(ssh)
    assert ssh["available_node_types"]["local.cluster.node"]["max_workers"] == 2
    cluster = _derive_autoscaling_config_from_ray_cr(
        yaml.safe_load((root / "docs" / "ray_kubernetes.yaml").read_text())
    )
    kinds = cluster["available_node_types"]
    assert kinds["headgroup"]["resources"]["CPU"] == 0 and cluster["max_workers"] == 8
    assert {"CPU": 8, "GPU": 1}.items() <= kinds["gpu"]["resources"].items()
