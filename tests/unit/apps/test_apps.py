"""Apps are whole: what a form shows is in the workflow, has a name in both languages, and can be typed as well."""

import json
import re

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import apps, arguments
from dancheong.runner.queue import sheet, workflow

TITLE, GENRE, HISTORICAL = "\uc81c\ubaa9", "\uc7a5\ub974", "\uc5ed\uc0ac \uc18c\uc124"
MAKE_A_COVER = "\ud45c\uc9c0 \ub9cc\ub4e4\uae30"
JOBS = [
    "korean_prompt", "news_picture", "cover_from_brief", "remove_text", "edit_word", "place_title", "upscale_a4",
    "cover_flat", "clean_news_photos", "tell_story", "invert_prompt",
]  # fmt: skip


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def form(name):
    return read(apps.WORKFLOWS / f"{name}.json")


def faults(name, document, labels):
    """What is wrong with an app's data, against its workflow and the labels of one language."""
    nodes = {node["id"]: node for node in document["nodes"]}
    extra, found = document["extra"], []
    if extra["dancheongApp"] != name or extra["linearMode"] is not False:
        found.append("the app must name itself and open as a graph")
    for node, widget, more in extra["linearData"]["inputs"]:
        inputs = nodes.get(node, {}).get("inputs", [])
        is_report = (nodes.get(node, {}).get("type"), widget) == apps.REPORT
        if not is_report and [one["link"] for one in inputs if one.get("widget", {}).get("name") == widget] != [None]:
            found.append(f"{node}.{widget} is no free widget")
        if not labels["inputs"].get(more["name"]):
            found.append(f"{more['name']} has no label")
    fields = [more["name"] for *_, more in extra["linearData"]["inputs"]]
    if fields != list(labels["inputs"]) or len(set(labels["inputs"].values())) < len(fields):
        found.append("labels must be those of the fields, in their order, no two alike")
    outputs = extra["linearData"]["outputs"]
    if not outputs or not set(outputs) <= set(nodes):
        found.append("an output is no node")
    return found


def test_the_eleven_jobs_are_apps_and_no_other_workflow_says_it_is_one():
    assert [app.name for app in apps.read()] == JOBS
    named = {path.stem for path in apps.WORKFLOWS.glob("*.json") if "linearData" in read(path)["extra"]}
    assert named == set(JOBS)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_field_is_a_free_widget_with_a_label_in_each_language(root, language):
    told = read(root / "locales" / language / "main.json")["dancheong"]["apps"]
    assert list(told) == JOBS
    for name in JOBS:
        assert faults(name, form(name), told[name]) == [], name
        assert told[name]["name"] and told[name]["about"].endswith(".")
        text = " ".join([told[name]["name"], *told[name]["inputs"].values()])
        assert "_" not in text and (language == "ko" or text.isascii())


@pytest.mark.parametrize(
    "damage",
    [
        lambda extra: extra.update(linearMode=True),
        lambda extra: extra["linearData"]["inputs"].append([3, "nothing", {"name": "title"}]),
        lambda extra: extra["linearData"]["inputs"].append([17, "title", {"name": "title"}]),  # it is linked
        lambda extra: extra["linearData"]["inputs"].append([17, "font", {"name": "font"}]),
        lambda extra: extra["linearData"]["inputs"].reverse(),
        lambda extra: extra["linearData"]["inputs"].append([18, "preview_text", {"name": "title"}]),
        lambda extra: extra["linearData"]["outputs"].append(99),
        lambda extra: extra["linearData"]["outputs"].clear(),
    ],
)
def test_the_test_sees_each_fault(root, damage):
    document = form("cover_from_brief")
    damage(document["extra"])
    told = read(root / "locales" / "en" / "main.json")["dancheong"]["apps"]
    assert faults("cover_from_brief", document, told["cover_from_brief"]) != []


def typed(*words):
    app = apps.asked_for(list(words))
    return app, arguments.parser(app).parse_args(list(words))


def test_fields_are_options_and_a_choice_is_understood_in_every_language():
    app, options = typed("run", "--app", MAKE_A_COVER, "--title", "\ub2ec", "--genre", HISTORICAL, "--format", "Custom")
    assert app.name == "cover_from_brief" and options.app == MAKE_A_COVER
    assert app.settings(options) == [("3.value", "\ub2ec"), ("4.genre", "historical"), ("5.preset", "custom")]
    prompt = workflow.load(app.workflow)
    workflow.check_nodes(prompt, app.settings(options))


def test_bytes_that_are_no_text_are_refused():
    app, options = typed("run", "--app", "cover_from_brief", "--title", "\udcff")
    with pytest.raises(UserError, match="Expected text, got bytes that are none in this terminal's encoding"):
        app.settings(options)


def test_every_app_has_help_for_each_option_in_the_terminal_s_language(monkeypatch, capsys):
    for language, word in (("ko_KR.UTF-8", "\uadf8\ub9b4 \uac83"), ("C.UTF-8", "What to draw")):
        monkeypatch.setenv("LC_ALL", language)
        for name in JOBS:
            with pytest.raises(SystemExit):
                typed("run", "--app", name, "--help")
            told = capsys.readouterr().out
            assert all(f"--{field.name} X" in told for field in apps.named(name).fields)
            assert (word in told) == (name == "korean_prompt")
            assert not re.search("[\uac00-\ud7a3] \\(", told)  # Korean has no blank before a bracket


@pytest.mark.parametrize(("language", "label"), [("en", "auto"), ("ko", "\uc790\ub3d9")])
def test_what_is_chosen_for_the_user_has_one_name_in_every_form(root, language, label):
    words = read(root / "locales" / language / "nodeDefs.json")
    fields = [field for node in words.values() for field in node.get("inputs", {}).values()]
    named = [field["options"]["auto"] for field in fields if "auto" in field.get("options", {})]
    assert len(named) > 20 and set(named) == {label}


def test_help_tells_the_default_as_the_form_shows_it(monkeypatch):
    place = {field.name: field for field in apps.named("place_title").fields}
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert place["genre"].help().endswith("(\uae30\ubcf8\uac12: \uc790\ub3d9)")
    assert place["layouts"].help().endswith("(\uae30\ubcf8\uac12: 3)")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert place["genre"].help().endswith("(default: auto)")


def test_an_unknown_app_is_refused_with_those_that_there_are():
    with pytest.raises(UserError, match=r"no app 'poster': expected one of korean_prompt, .* `dancheong apps`"):
        apps.asked_for(["run", "--app", "poster"])
    assert apps.asked_for(["run", "workflow.json", "--set", "3.image=x.png"]) is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("header", [(TITLE, GENRE), ("title", "Genre"), ("\u110c\u1166\u1106\u1169\u11a8", "4.genre")])
def test_columns_of_a_sheet_are_fields_by_any_of_their_names(tmp_path, separator, header):
    path = tmp_path / "jobs.csv"
    path.write_text(separator.join(["name", *header]) + "\n" + separator.join(["a", "\ub2ec, \ubc24", "historical"]))
    if separator == ",":
        path.write_text(path.read_text().replace("\ub2ec, \ubc24", '"\ub2ec, \ubc24"'))
    app = apps.named("cover_from_brief")
    (row,) = [app.row(row) for row in sheet.read(path, app.columns())]
    assert (row.name, row.settings) == ("a", (("3.value", "\ub2ec, \ubc24"), ("4.genre", "historical")))


def test_no_name_of_a_column_means_two_fields():
    for app in apps.read():
        columns = app.columns()
        for field in app.fields:
            assert all(columns[name.casefold()] is field for name in (field.name, *field.labels.values()))
        assert sheet.NAME not in columns


def test_choices_in_a_sheet_may_be_korean_and_numbers_stay_numbers(tmp_path):
    path = tmp_path / "jobs.jsonl"
    path.write_text(json.dumps({GENRE: HISTORICAL, "seed": 7}))
    app = apps.named("cover_from_brief")
    assert app.row(sheet.read(path)[0]).settings == (("4.genre", "historical"), ("12.seed", 7))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"pages": "300"}, "cover_from_brief has no field 'pages': expected name, or one of Title, Subtitle,"),
        ({"title": "a", TITLE: "b"}, "Two columns of the sheet are the same field of cover_from_brief"),
        ({"title": "a", "3.value": "b"}, "Two columns of the sheet are the same field"),
    ],
)
def test_a_column_that_is_no_field_or_one_twice_is_refused(tmp_path, monkeypatch, columns, said):
    monkeypatch.setenv("LC_ALL", "C")
    path = tmp_path / "jobs.jsonl"
    path.write_text(json.dumps(columns))
    with pytest.raises(UserError, match=said):
        apps.named("cover_from_brief").row(sheet.read(path)[0])
