"""Each app in ComfyUI's App mode: the form reads as a form in both languages and widths; one is filled in and run.

What is seen stays: a form is a form again after a reload, and the next app that is chosen in it is one, too.
"""

import os
import re

import pytest
from dancheong.runner import apps, places
from dancheong.testing import served
from dancheong.testing.editor import read

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TITLE = "\ub2ec\ube5b"
NOWHERE = "\uc5c6\ub294 \ud3f4\ub354"
TITLE_LABEL, RENAMED = "\uc81c\ubaa9", "\ub0b4 \uadf8\ub9bc"
BEST = "\ubc30\uce58 1(\ucd5c\uc120)"
NO_DATASET = f"'{NOWHERE}' \ub370\uc774\ud130\uc14b\uc774 \uc5c6\uc2b5\ub2c8\ub2e4."
NO_MODEL = re.compile("^\uc5c5\uc2a4\ucf00\uc77c \ubaa8\ub378 'gone.safetensors'")
CONTROLS = {"en": "Edit & Run", "ko": "\ud3b8\uc9d1 \ubc0f \uc2e4\ud589"}
SYLLABLES = {"\ub2ec": "\u3137\u3145", "\ube5b": "\u3142\u3147"}
HEADINGS = "[data-testid=linear-workflow-info], [data-testid=linear-mobile-workflows]"
"""Over a form on a desk, and on a phone."""
DRAWN = """() => [...document.querySelectorAll('[data-testid=app-mode-widget-item]')].map(item => [
    item.querySelector('[data-testid=builder-widget-label]').innerText,
    item.querySelector('[data-testid=node-widgets]')?.innerText ?? '',
    item.querySelectorAll('[data-testid=node-widget]').length])"""
LAID_OUT = """labels => {
    const items = [...document.querySelectorAll('[data-testid=app-mode-widget-item]')]
    const boxes = items.map(item => item.getBoundingClientRect())
    return items.length === labels.length && boxes.every(box => box.left >= 0 && box.right <= innerWidth + 1)
        && items.every((item, place) => item.innerText.startsWith(labels[place]))
}"""


@pytest.fixture
def form(editor):
    yield editor
    editor.setting("Comfy.Locale", "ko")
    editor.page.set_viewport_size({"width": 1760, "height": 990})
    served.give_back(editor.url)


def show(editor, name):
    """As the template browser loads it, but into the form that is open."""
    editor.page.evaluate(
        """async name => {
            const workflow = await (await fetch(`/api/workflow_templates/dancheong/${name}.json`)).json()
            await app.loadGraphData(workflow, true, true, app.extensionManager.workflow.activeWorkflow)
        }""",
        name,
    )


def drawn(editor, app, language):
    """What the form shows of each field, once it shows this app's, none of them wider than the screen."""
    told = read(places.PACK / "locales" / language / "main.json")["dancheong"]["apps"]
    labels = list(told[app.name]["inputs"].values())
    editor.page.wait_for_function(LAID_OUT, arg=labels, timeout=20_000)
    shown = editor.page.evaluate(DRAWN)
    assert [label for label, *_ in shown] == labels
    return shown


def check(editor, app, language):
    """Every field can be filled in and says nothing in another language."""
    shown = drawn(editor, app, language)
    assert all(parts for *_, parts in shown), (app.name, shown)
    for field, (label, text, _) in zip(app.fields, shown, strict=False):  # reports stand behind them
        choices = field.choices[language]
        assert not choices or set(choices.values()) & set(text.splitlines()), (app.name, label, text)
        assert not re.search(r"[a-z]_[a-z]", text.replace(str(field.default), "")), (app.name, text)


def heading(editor, app, language):
    """The job's name, in the language."""
    return editor.page.locator(HEADINGS, has_text=re.compile(f"^{re.escape(app.titles[language])}$"))


def picture(editor, path):
    """Where `make pictures` asks."""
    if "DANCHEONG_PICTURES" in os.environ:
        path.parent.mkdir(parents=True, exist_ok=True)
        editor.page.screenshot(path=str(path))


def compose(editor, text):
    """Type Hangul as an input method does: each syllable grows before it is final."""
    keyboard = editor.page.context.new_cdp_session(editor.page)
    for syllable in text:
        for part in SYLLABLES[syllable]:
            keyboard.send("Input.imeSetComposition", {"text": part, "selectionStart": 1, "selectionEnd": 1})
        keyboard.send("Input.insertText", {"text": syllable})


def rename_save_and_open(form):
    """The labels after a field was renamed and the file was saved, which then names fields by graph:node:widget."""
    form.page.evaluate(
        """name => {
            const node = app.graph._nodes.find(node => node.type === 'LoadImage')
            node.widgets.find(widget => widget.name === 'image').label = name
            node.inputs.find(input => input.widget?.name === 'image').label = name
        }""",
        RENAMED,
    )
    form.page.get_by_text(RENAMED).wait_for()
    form.page.evaluate(
        """async () => {
            const saved = app.graph.serialize()
            saved.extra.linearMode = true
            for (const one of saved.extra.linearData.inputs) one[0] = `${app.graph.id}:${one[0]}:${one[1]}`
            await app.loadGraphData(saved, true, true, 'saved')
        }"""
    )
    form.page.wait_for_function("app.extensionManager.workflow.activeWorkflow.filename === 'saved'")
    form.page.get_by_text(RENAMED).wait_for()
    return [label for label, *_ in form.page.evaluate(DRAWN)]


def fill_in_and_run(form, pictures):
    show(form, "place_title")
    drawn(form, apps.named("place_title"), "ko")
    form.set_widgets({"3": {"image": "small.png"}, "4": {"dpi": 60}})
    form.page.get_by_test_id("app-mode-widget-item").nth(1).locator("textarea").click()
    form.page.keyboard.press("Control+A")
    compose(form, TITLE)
    assert form.press_run(button="linear-run-button-icon")["kind"] == "execution_success"
    queued = form.page.evaluate(
        "async () => Object.values(await (await fetch('/history?max_items=1')).json())[0].prompt[2]"
    )
    assert queued["7"]["inputs"]["title"] == TITLE
    shown = """place => [...document.querySelectorAll(`[data-testid=${place}] img`)]
        .some(image => image.src.includes('type=temp') && image.naturalWidth > 200)"""
    form.page.wait_for_function(shown, arg="linear-center-panel", timeout=20_000)
    report = form.page.get_by_test_id("app-mode-widget-item").last.locator("textarea")
    assert form.page.evaluate("app.graph.getNodeById(9).widgets[0].value") in report.input_value() != ""
    assert BEST in report.input_value() and "Layout" not in report.input_value()
    picture(form, pictures / "apps" / "place_title-run.png")
    form.page.set_viewport_size(PHONE)
    form.page.get_by_test_id("linear-mobile").wait_for()
    form.page.wait_for_function(shown, arg="linear-mobile", timeout=20_000)
    picture(form, pictures / "apps" / "place_title-run-phone.png")
    form.page.set_viewport_size(DESK)
    assert rename_save_and_open(form)[:2] == [RENAMED, TITLE_LABEL]


def fail(form, pictures):
    """What was wrong is said in the form, not only on a node."""
    show(form, "clean_news_photos")
    drawn(form, apps.named("clean_news_photos"), "ko")
    form.page.get_by_test_id("app-mode-widget-item").first.locator("input").fill(NOWHERE)
    assert form.press_run(button="linear-run-button-icon")["kind"] == "execution_error"
    form.page.locator(".p-toast").get_by_text(NO_DATASET).wait_for()
    picture(form, pictures / "apps" / "clean_news_photos-error.png")


def refuse(form):
    """So is what a node refuses before it runs, as a model that is not there any more."""
    show(form, "upscale_a4")
    drawn(form, apps.named("upscale_a4"), "ko")
    form.set_widgets({"4": {"model_name": "gone.safetensors"}})
    form.page.get_by_test_id("linear-run-button-icon").click()
    form.page.locator(".p-toast").get_by_text(NO_MODEL).wait_for()


def test_every_app_reads_as_a_form_in_both_languages_and_widths_and_one_is_filled_in_and_run(form, supplies, pictures):
    supplies.put("cover.png")
    supplies.put("small.png")
    supplies.put("my_agency.safetensors")
    for language in ("en", "ko"):
        form.setting("Comfy.Locale", language)
        form.page.set_viewport_size(DESK)
        form.open(apps.FORM.format(apps.read()[0].name))
        drawn(form, apps.read()[0], language)  # opened as a graph, and turned into a form by its address
        heading(form, apps.read()[0], language).wait_for()
        for name, size in (("", DESK), ("-phone", PHONE)):
            form.page.set_viewport_size(size)
            if size == PHONE:
                form.page.get_by_test_id("linear-mobile").locator("button", has_text=CONTROLS[language]).click()
            for app in apps.read():
                show(form, app.name)
                check(form, app, language)
                picture(form, pictures / "apps" / f"{app.name}-{language}{name}.png")
    form.page.set_viewport_size(DESK)
    form.page.get_by_test_id("linear-center-panel").wait_for()
    fill_in_and_run(form, pictures)
    fail(form, pictures)
    refuse(form)
    assert form.faults == []


def choose(form, name):
    """As the template browser does it."""
    form.page.evaluate(
        """async name => {
            const workflow = await (await fetch(`/api/workflow_templates/dancheong/${name}.json`)).json()
            await app.loadGraphData(workflow, true, true, name, {openSource: 'template'})
        }""",
        name,
    )


def reload(form):
    """The editor writes its draft half a second after the last change."""
    form.page.wait_for_timeout(1000)
    form.page.reload(wait_until="domcontentloaded")


def test_a_form_is_a_form_after_a_reload_and_so_is_the_next_app_that_is_chosen_in_it(form, supplies):
    supplies.put("cover.png")
    form.page.on("dialog", lambda dialog: dialog.accept())  # whether to leave what is not saved
    form.page.set_viewport_size(DESK)
    placing, enlarging = apps.named("place_title"), apps.named("upscale_a4")
    form.open(apps.FORM.format(placing.name))
    heading(form, placing, "ko").wait_for()
    title = form.page.get_by_test_id("app-mode-widget-item").nth(1).locator("textarea")
    title.fill(TITLE)
    form.page.mouse.click(600, 850)
    reload(form)
    heading(form, placing, "ko").wait_for(timeout=60_000)
    assert title.input_value() == TITLE

    choose(form, enlarging.name)
    heading(form, enlarging, "ko").wait_for()
    drawn(form, enlarging, "ko")

    form.page.evaluate("app.extensionManager.command.execute('Comfy.ToggleLinear')")
    form.page.mouse.click(600, 850)
    reload(form)
    form.page.wait_for_function("window.app?.graph?.extra?.dancheongApp === 'upscale_a4'", timeout=60_000)
    form.page.locator("#graph-canvas").wait_for()
    choose(form, "news_picture")
    opened = form.page.evaluate("app.extensionManager.workflow.activeWorkflow.filename")
    assert opened == apps.named("news_picture").titles["ko"]
    assert form.page.locator(HEADINGS).count() == 0
    assert form.faults == []
