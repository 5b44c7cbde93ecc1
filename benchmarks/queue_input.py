"""2,000 sheets and 2,000 workflow files as people's tools write them: is each read as it was meant, or refused?

`python -m benchmarks queue_input [--count 2000] [--seed 17]`. Sheets are written by Python's csv and json and by
openpyxl, in every encoding and with every separator that is read, and some are damaged afterwards. Workflows are the
shipped ones: written otherwise with the same meaning, with one value changed, or damaged. `another` counts what was
read as something else than was written; what a damaged file means nobody knows, so it counts as `read`.
"""

import argparse
import copy
import json
import random
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..nodes.ground import UserError
from ..runner import places
from ..runner.queue import sheet, workflow
from ..runner.server import Server
from . import queue_sheets

JUNK = (None, 7, -10, -20, 1.5, True, "x", [], [[1]], {}, {"id": 1})
LABEL = {"type": "Label (rgthree)", "pos": [0, 0], "inputs": [], "outputs": [], "properties": {}}


def main(options: list[str]) -> dict[str, list[dict[str, Any]]]:
    parser = argparse.ArgumentParser(prog="queue_input")
    parser.add_argument("--count", type=int, default=2000, help="sheets, and as many workflows")
    parser.add_argument("--seed", type=int, default=17)
    chosen = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        return {
            "sheets": sheets(folder, chosen.count, chosen.seed),
            "workflows": workflows(folder, _declared(folder / "base"), chosen.count, chosen.seed),
        }


def _declared(base: Path) -> dict[str, Any]:
    """What a real server says of its nodes."""
    with (
        Server(base, base / "models", log=base.with_name("log")) as server,
        urllib.request.urlopen(f"{server.url}/object_info") as answer,
    ):
        return json.load(answer)


def sheets(folder: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """Rows of: kind of file, damaged or not, and how many ended how."""
    rng = random.Random(seed)
    found: dict[tuple[str, str], Counter[str]] = {}
    for number in range(count):
        suffix, is_damaged = (".csv", ".csv", ".xlsx", ".jsonl")[number % 4], number // 4 % 4 == 3
        path = folder / f"jobs{suffix}"
        meant = queue_sheets.WRITERS[suffix](path, rng)
        if is_damaged:
            path.write_bytes(queue_sheets.damaged(path.read_bytes(), rng))
        ended = _ended(lambda path=path: _told(sheet.read(path)), None if is_damaged else meant)
        found.setdefault((suffix, "damaged" if is_damaged else "whole"), Counter())[ended] += 1
    return _rows("sheet", found)


def _told(rows: list[sheet.Row]) -> list[Any]:
    return [(row.name, dict(row.settings), bool(row.fault)) for row in rows]


def workflows(folder: Path, declared: dict[str, Any], count: int, seed: int) -> list[dict[str, Any]]:
    """Rows of: form, what was done to the file, and how many ended how."""
    rng = random.Random(seed)
    shipped = sorted((places.PACK / "workflows").glob("*.json")) + sorted(
        (places.PACK / "workflows/api").glob("*.json")
    )
    found: dict[tuple[str, str], Counter[str]] = {}
    path = folder / "workflow.json"
    for number in range(count):
        source, done = shipped[number % len(shipped)], ("written otherwise", "value changed", "damaged")[number % 3]
        document = json.loads(source.read_text(encoding="utf-8"))
        meant = workflow.prompt(document, [], declared)
        settings: list[workflow.Setting] = []
        if done == "written otherwise":
            document = _otherwise(document, rng)
        elif done == "value changed":
            settings = [_change(meant, rng)]
        else:
            _damage(document, rng)
        text = json.dumps(document, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 2)))
        path.write_bytes(text.encode(rng.choice(queue_sheets.ENCODINGS[:4]), errors="replace"))
        ended = _ended(
            lambda settings=settings: workflow.prompt(workflow.load(path), settings, declared),
            None if done == "damaged" else meant,
        )
        found.setdefault(("api" if source.parent.name == "api" else "editor", done), Counter())[ended] += 1
    return _rows("workflow", found)


def _otherwise(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same workflow: tables in another order, labels beside it, links led through Set/Get pairs and reroutes."""
    if "nodes" not in document:
        return dict(rng.sample(list(document.items()), len(document)))
    nodes, links = document["nodes"], document["links"]
    free = 1 + max(int(node["id"]) for node in nodes)
    if links and rng.random() < 0.7:
        led = rng.choice(links)
        kind, number = led[5], 1 + max(link[0] for link in links)
        socket = {"name": "*", "type": kind}
        origin, slot, led[1], led[2] = led[1], led[2], free, 0
        if rng.random() < 0.5:
            nodes.append({"id": free, "type": "Reroute (rgthree)", "inputs": [{**socket, "link": number}],
                          "outputs": [socket]})  # fmt: skip
            links.append([number, origin, slot, free, 0, kind])
        else:
            nodes.append({"id": free, "type": "GetNode", "inputs": [], "outputs": [socket], "widgets_values": ["달"]})
            nodes.append({"id": free + 1, "type": "SetNode", "inputs": [{**socket, "link": number}],
                          "outputs": [socket], "widgets_values": ["달"]})  # fmt: skip
            links.append([number, origin, slot, free + 1, 0, kind])
    nodes.append({**LABEL, "id": free + 2})
    rng.shuffle(nodes)
    rng.shuffle(links)
    return dict(rng.sample(list(document.items()), len(document)))


def _change(meant: workflow.Prompt, rng: random.Random) -> workflow.Setting:
    """Change one value of what is meant; the setting that says so, as a user types it."""
    values = [(node, name) for node in meant for name, value in meant[node]["inputs"].items() if _is_plain(value)]
    node, name = rng.choice(values)
    value = meant[node]["inputs"][name]
    if isinstance(value, bool):
        new, typed = not value, rng.choice((str(not value), str(not value).lower(), str(not value).upper()))
    elif isinstance(value, str):
        new = typed = "".join(rng.choices(queue_sheets.PIECES, k=3))
    else:
        new = value + rng.randint(1, 9)
        typed = json.dumps(new)
    meant[node]["inputs"][name] = new
    return f"{node}.{name}", typed


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _damage(document: Any, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        owner = document
        while True:
            keys = list(owner) if isinstance(owner, dict) else list(range(len(owner)))
            if not keys:
                break
            key = rng.choice(keys)
            if not isinstance(owner[key], dict | list) or rng.random() < 0.2:
                owner[key] = copy.deepcopy(rng.choice(JUNK))  # which may be damaged in turn
                break
            owner = owner[key]


def _ended(read: Callable[[], Any], meant: Any) -> str:
    """One of `OUTCOMES`, or "read" where nobody knows what was meant."""
    try:
        given = read()
    except UserError:
        return "refused"
    except Exception as error:
        print(f"traceback: {type(error).__name__}: {error}")
        return "traceback"
    if meant is None:
        return "read"
    if given != meant:
        print(f"another: {str(given)[:160]!a}\n   meant: {str(meant)[:160]!a}")
    return "as written" if given == meant else "another"


def _rows(what: str, found: dict[tuple[str, str], Counter[str]]) -> list[dict[str, Any]]:
    outcomes = ("as written", "read", "refused", "another", "traceback")
    return [
        {what: kind, "done to it": done, **{name: counted[name] for name in outcomes}}
        for (kind, done), counted in sorted(found.items())
    ]
