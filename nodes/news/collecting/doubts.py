"""Refusals that may be the portal's doing and not the article's, kept back until one article shows the contrary."""

from ...ground import UserError
from .ledger import Named

AT_FIRST = 3
"""Doubtful articles in a row that stop the work, where every article should be good."""
LATER = 50
"""The same where one was good, or where many have reasons of their own: odd articles come in rows too."""


class Doubts:
    """One kind of trouble that articles may share.

    A selector that no longer fits would refuse every article of a portal for good, and one odd article must not stop
    the work of days. So what is doubtful has no line in the ledger before another article is good.
    """

    def __init__(self, most: int) -> None:
        """Nothing is doubtful yet.

        Args:
            most: articles in a row that stop the work, as long as none was good.
        """
        self._held: list[tuple[Named, str]] = []
        self._most = most
        self._sentence = ""

    def add(self, named: Named, reason: str, sentence: str) -> None:
        """One more article of this trouble.

        Args:
            sentence: what to tell if all are.

        Raises:
            UserError: all are.
        """
        self._held.append((named, reason))
        self._sentence = sentence
        if len(self._held) >= self._most:
            raise UserError(f"{len(self._held)} articles in a row: {sentence}")

    def clear(self) -> list[tuple[Named, str]]:
        """An article is good: those that were held back are refused for reasons of their own."""
        held, self._held, self._most = self._held, [], LATER
        return held

    def end(self) -> list[tuple[Named, str]]:
        """No more articles come.

        Raises:
            UserError: there were doubtful ones, and never a good one.
        """
        if self._held and self._most == AT_FIRST:
            raise UserError(self._sentence)
        return self.clear()
