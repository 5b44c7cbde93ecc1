"""Apps against a real ComfyUI: what its App mode can draw, and the same fields on the command line."""

import json
import urllib.request

import pikepdf
from dancheong.runner import apps, cli
from dancheong.runner.queue.declarations import holds_value, options, specs
from dancheong.testing.editor import read

PICTURE, FORMAT = "\uadf8\ub9bc", "\ud310\ud615"
POCKET = "\uad6d\ubc18\ud310(A6) 105 x 148 mm"


def test_the_form_draws_every_field_and_shows_every_result(server):
    """App mode draws no input that a node keeps under its advanced ones, and shows what output nodes say."""
    with urllib.request.urlopen(f"{server.url}/object_info") as answer:
        declared = json.load(answer)
    for app in apps.read():
        prompt = read(app.workflow)
        for field in app.fields:
            node, widget = field.target.split(".", 1)
            spec = specs(declared[prompt[node]["class_type"]], None)[widget]
            assert holds_value(spec) and not options(spec).get("advanced"), (app.name, field.name)
        for node in read(apps.WORKFLOWS / f"{app.name}.json")["extra"]["linearData"]["outputs"]:
            assert declared[prompt[str(node)]["class_type"]]["output_node"], (app.name, node)


def test_an_app_runs_from_options_and_from_a_sheet_with_korean_columns(server, supplies, tmp_path, monkeypatch, capsys):
    supplies.put("RealESRGAN_x4plus.safetensors")
    monkeypatch.chdir(supplies.put("small.png").parent)
    sheet = tmp_path / "jobs.csv"
    sheet.write_text(f"name,{PICTURE},{FORMAT},7.standard\na,small.png,{POCKET},\nb,small.png,b6,\n", encoding="utf-8")
    run = ["run", "--app", "upscale_a4", "--dpi", "36", "--bleed", "2", "--server", server.url]
    one = [*run, "--picture", "small.png", "--format", "kukpan", "--out", str(tmp_path / "one")]
    many = [*run, "--sheet", str(sheet), "--out", str(tmp_path / "many")]
    assert cli.main(one) == 0 and cli.main(many) == 0, capsys.readouterr().err
    sizes = {path.name.split("_")[0]: millimetres(path) for path in tmp_path.glob("*/*.pdf")}
    assert sizes == {"a4": (148, 210), "a.pdf": (105, 148), "b.pdf": (128, 182)}


def millimetres(path):
    with pikepdf.open(path) as document:
        left, bottom, right, top = map(float, document.pages[0].TrimBox)
    return round((right - left) / 72 * 25.4), round((top - bottom) / 72 * 25.4)
