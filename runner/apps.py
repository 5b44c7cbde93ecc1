"""Apps: the workflows that ComfyUI's App mode shows as a form.

The editor form says which inputs and results an app has (`extra.linearData`, as ComfyUI reads it), and
locales/*/main.json what they are called. Here the same fields are options of `dancheong run --app` and columns of a
sheet.
"""

import argparse
import dataclasses
import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..nodes.ground import UserError
from . import places
from .language import LANGUAGES, spoken, told
from .queue.sheet import Row
from .queue.workflow import Setting, setting

WORKFLOWS = places.PACK / "workflows"
SHORT = 30
"""Letters of a default that help still shows."""
FORM = "?template={}&source=dancheong&mode=linear"
"""What ComfyUI's frontend opens as a form; `source` is the pack's folder."""
DEST = "field:"
REPORT = ("PreviewAny", "preview_text")
"""The node and its field that show a report in the form after a run; nothing is typed there."""


@dataclass(frozen=True)
class Field:
    """One input of an app."""

    name: str
    """As an option on the command line."""
    target: str
    """`NODE.INPUT` in the workflow."""
    labels: dict[str, str]
    """Language -> what the form calls it."""
    choices: dict[str, dict[str, str]]
    """Language -> value -> what the form calls the value; empty where it is no choice of the pack's own."""
    default: Any
    """What the workflow has."""

    def meant(self, given: Any) -> Any:
        """A value as the workflow has it, whichever language it was chosen in."""
        for words in self.choices.values():
            for value, label in words.items():
                if _plain(given) == _plain(label):
                    return value
        return given

    def help(self) -> str:
        """The label with the choices or the default, for the command line."""
        choices = self.choices.get(spoken(), {})
        shown = self.labels[spoken()]
        if choices:
            named = [value if value == label else f"{value} = {label}" for value, label in choices.items()]
            shown += f": {', '.join(named)}"
        default = choices.get(self.default, self.default)
        if default != "" and len(str(default)) <= SHORT:
            shown = told(f"{shown} (default: {default})")
        return shown.replace("%", "%%")


@dataclass(frozen=True)
class App:
    """A workflow as a form."""

    name: str
    """Of the workflow's file."""
    titles: dict[str, str]
    """Language -> what it is called."""
    about: dict[str, str]
    """Language -> what it does, in a sentence."""
    fields: tuple[Field, ...]
    """In the form's order."""

    @property
    def workflow(self) -> Path:
        """The file in API form."""
        return WORKFLOWS / "api" / f"{self.name}.json"

    def options(self, run: argparse.ArgumentParser) -> None:
        """Give the parser of `run` an option for each field."""
        group = run.add_argument_group(self.titles[spoken()], self.about[spoken()])
        for field in self.fields:
            group.add_argument(
                f"--{field.name}", dest=DEST + field.name, default=argparse.SUPPRESS, metavar="X", help=field.help()
            )

    def settings(self, options: argparse.Namespace) -> list[Setting]:
        """What was typed for those options.

        Raises:
            UserError: bytes that are no text.
        """
        given = vars(options)
        typed = [one for one in self.fields if DEST + one.name in given]
        return [setting(f"{one.target}={one.meant(given[DEST + one.name])}") for one in typed]

    def columns(self) -> dict[str, Field]:
        """Every name that a column of a sheet may have for a field: the option's and the labels."""
        return {_plain(name): field for field in self.fields for name in (field.name, *field.labels.values())}

    def row(self, row: Row) -> Row:
        """A sheet's row with its columns as inputs of the workflow; `NODE.INPUT` stays.

        Raises:
            UserError: a column is no field, or two are the same one.
        """
        columns = self.columns()
        settings: dict[str, Any] = {}
        for column, value in row.settings:
            field = columns.get(_plain(column))
            if field is None and "." not in column:
                known = ", ".join(field.labels[spoken()] for field in self.fields)
                raise UserError(f"{self.name} has no field {column!r}: expected name, or one of {known}.")
            target = column if field is None else field.target
            if target in settings:
                raise UserError(f"Two columns of the sheet are the same field of {self.name}: leave {column!r} out.")
            settings[target] = value if field is None else field.meant(value)
        return dataclasses.replace(row, settings=tuple(settings.items()))


def asked_for(typed: list[str]) -> App | None:
    """The app that `--app` names among what was typed, before the rest can be read.

    Raises:
        UserError: there is none of that name.
    """
    ask = argparse.ArgumentParser(prog="dancheong", add_help=False, allow_abbrev=False)
    ask.add_argument("--app", metavar="NAME")
    name = ask.parse_known_args(typed)[0].app
    return None if name is None else named(name)


def named(name: str) -> App:
    """An app by its name, or by its title in any language.

    Raises:
        UserError: there is none.
    """
    for app in read():
        if _plain(name) in map(_plain, (app.name, *app.titles.values())):
            return app
    known = ", ".join(app.name for app in read())
    raise UserError(f"There is no app {name!r}: expected one of {known}; `dancheong apps` says what each does.")


def listing(missing: dict[str, list[str]]) -> str:
    """Every app: its title, its name, what it does.

    Args:
        missing: workflow -> names of models that it needs and that are not there.
    """
    lines: list[str] = []
    for app in read():
        lines += [f"{app.name}: {app.titles[spoken()]}", f"    {app.about[spoken()]}"]
        if missing.get(app.name):
            lines.append(f"    models that are missing: {', '.join(missing[app.name])}")
    more = (
        "A form: dancheong serve --app NAME. From here: dancheong run --app NAME --help. A model: dancheong models get "
        "NAME."
    )
    return "\n".join([*lines, "", more])


@cache
def read() -> tuple[App, ...]:
    """Every app of the pack, in the order in which locales list them."""
    told = {one: _locale(one, "main")["dancheong"]["apps"] for one in LANGUAGES}
    words = {one: _locale(one, "nodeDefs") for one in LANGUAGES}
    return tuple(_app(name, told, words) for name in told[LANGUAGES[0]])


def _app(name: str, told: dict[str, Any], words: dict[str, Any]) -> App:
    form = json.loads((WORKFLOWS / f"{name}.json").read_text(encoding="utf-8"))["extra"]["linearData"]
    prompt = json.loads((WORKFLOWS / "api" / f"{name}.json").read_text(encoding="utf-8"))
    fields: list[Field] = []
    for node, widget, more in form["inputs"]:
        kind, field = prompt[str(node)]["class_type"], more["name"]
        if (kind, widget) == REPORT:
            continue
        choices = {one: words[one].get(kind, {}).get("inputs", {}).get(widget, {}).get("options", {}) for one in told}
        labels = {one: told[one][name]["inputs"][field] for one in told}
        default = prompt[str(node)]["inputs"].get(widget, "")
        fields.append(Field(field, f"{node}.{widget}", labels, choices, default))
    titles, about = ({one: told[one][name][key] for one in told} for key in ("name", "about"))
    return App(name, titles, about, tuple(fields))


def _locale(language: str, name: str) -> dict[str, Any]:
    return json.loads((places.PACK / "locales" / language / f"{name}.json").read_text(encoding="utf-8"))


def _plain(text: Any) -> str:
    """A name as people mean it, whatever its Unicode form, its case and the blanks around it."""
    return unicodedata.normalize("NFC", str(text)).strip().casefold()
