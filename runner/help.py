"""argparse in the terminal's language: its own words as well as the pack's."""

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

from .language import told


class Formatter(argparse.HelpFormatter):
    """Help whose first word is told too."""

    def add_usage(self, usage: Any, actions: Any, groups: Iterable[Any], prefix: str | None = None) -> None:
        """As argparse calls it."""
        super().add_usage(usage, actions, groups, f"{told('usage:')} " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser, and each of its subcommands': what they say is written in English and shown translated."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Formatter, **options)

    def format_help(self) -> str:
        """Usage, options and what they mean."""
        self.description = self.description and told(self.description)
        for group in self._action_groups:
            group.title, group.description = (text and told(text) for text in (group.title, group.description))
        for action in _all(self._actions):
            action.help = action.help and told(action.help)
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Say what was typed wrong, and end."""
        self.exit(2, f"{self.format_usage()}{told(f'{self.prog}: error: {message}')}\n")


def _all(actions: Iterable[argparse.Action]) -> Iterable[argparse.Action]:
    """Options, and the lines of subcommands."""
    for action in actions:
        yield action
        yield from getattr(action, "_get_subactions", list)()
