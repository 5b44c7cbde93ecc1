"""A portal's file: where its lists and articles are, and by which selectors their parts are found.

`portals/nate.json` is the one that comes with the pack; another portal is another file of the same form. Several
selectors of a field are tried in order, as markup changes over the years. What begins with "/" or "./" is XPath, all
else CSS.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from ...ground import UserError
from .markup import selected, selector

OWN = Path(__file__).with_name("portals")
NUMBER = (int, float)
KINDS: dict[str, Any] = {
    "name": str,
    "hosts": list,
    "utc_offset": NUMBER,
    "topics": dict,
    "list.address": str,
    "list.articles": list,
    "list.nothing_more": str,
    "list.most_pages": int,
    "article.id": str,
    "article.title": list,
    "article.body": list,
    "article.service": list,
    "article.excluded_services": list,
    "picture.found": list,
    "picture.address": list,
    "picture.original": list,
    "picture.caption": list,
    "picture.excluded_credits": list,
}
"""Every field of a portal's file, all of which must be there."""
SELECTORS = ("list.articles", "article.title", "article.body", "article.service", "picture.found", "picture.address",
             "picture.caption")  # fmt: skip
ID = re.compile(r"[\w-]{1,100}", re.ASCII)
"""An article's id names its picture's file."""


@dataclass(frozen=True)
class Portal:
    """What a portal's file says."""

    file: Path
    fields: dict[str, Any]
    """By their names in the file, those of its sections with a dot: "article.title"."""

    @property
    def name(self) -> str:
        """How the portal is called."""
        return self.fields["name"]

    @property
    def topics(self) -> dict[str, dict[str, str]]:
        """What can be asked for, and what each fills in the list's address."""
        return self.fields["topics"]

    def today(self) -> date:
        """The day that is not over yet where the portal is."""
        return datetime.now(timezone(timedelta(hours=self.fields["utc_offset"]))).date()

    def list_address(self, topic: str, day: date, page: int) -> str:
        """Of one page of a day's articles; pages are counted from 1."""
        return self.fields["list.address"].format(**self.topics[topic], day=day, page=page)

    def address(self, base: str, link: str) -> str | None:
        """A link on the page `base` in full; None where it is none or leads away from the portal's hosts."""
        found = _joined(base, link)
        return found if self.knows(found) else None

    def picture_address(self, base: str, link: str) -> str | None:
        """The same for a picture at its original size, of which the link may be a thumbnail."""
        found = _joined(base, link)
        for pattern, replacement in self.fields["picture.original"]:
            found, count = re.subn(pattern, replacement, found)
            if count:
                break
        return found if self.knows(found) else None

    def knows(self, address: str) -> bool:
        """Whether this is on one of the portal's hosts."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.hostname in self.fields["hosts"]

    def article_id(self, address: str) -> tuple[str, str] | None:
        """The id that an article's address holds, and its day (YYYYmmdd, "" where addresses tell none).

        Raises:
            UserError: the pattern takes for an id what names no file.
        """
        found = re.search(self.fields["article.id"], address)
        if found is None:
            return None
        if not ID.fullmatch(found[1]):
            raise UserError(
                f"{self.file}: article.id finds {found[1]!r} in {address}: expected letters, digits, - and _ in the "
                "first group of the pattern."
            )
        return found[1], found.groupdict().get("day") or ""

    def excludes_credit(self, caption: str) -> bool:
        """Whether a picture is of an agency whose pictures are licensed by itself, such as AP."""
        return any(re.search(pattern, caption) for pattern in self.fields["picture.excluded_credits"])


def read(name: str) -> Portal:
    """A portal by the name of a file that comes with the pack, or by the path of another .json.

    Raises:
        UserError: no such portal, or what is wrong with its file.
    """
    file = Path(name) if name.lower().endswith(".json") else OWN / f"{name}.json"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in OWN.glob("*.json")))
        raise UserError(f"There is no portal {name!r}: expected {known}, or a portal's .json file.")
    try:
        data: Any = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise UserError(f"{file} is no portal's file: it is no JSON in UTF-8 ({error}).") from error
    portal = Portal(file, _flat(data))
    fault = _fault(portal.fields)
    if fault:
        raise UserError(f"{file} is no portal's file: {fault}; {OWN / 'nate.json'} shows the form.")
    return portal


def _joined(base: str, link: str) -> str:
    """A link in full; "" where it is no address."""
    try:
        return urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""


def _flat(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        return {}
    flat: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, dict) and name != "topics":
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


def _fault(fields: dict[str, Any]) -> str | None:
    """What is wrong, or None."""
    for name, kind in KINDS.items():
        if name not in fields:
            return f"{name} is missing"
        if not isinstance(fields[name], kind) or isinstance(fields[name], bool):
            wanted = "a number" if kind in (NUMBER, int) else {str: "a text", list: "[ ]", dict: "{ }"}[kind]
            return f"{name} is {fields[name]!r}, expected {wanted}"
    for name in fields:
        if name not in KINDS:
            return f"{name} is not known"
    for name in ("list.articles", "article.title", "article.body", "hosts"):
        if not fields[name]:
            return f"{name} is empty"
    return _fault_of_selectors(fields) or _fault_of_patterns(fields) or _fault_of_addresses(fields)


def _fault_of_selectors(fields: dict[str, Any]) -> str | None:
    for name in SELECTORS:
        for one in fields[name]:
            try:
                selected(selector("<html/>"), one)
            except (ValueError, TypeError, AttributeError, SyntaxError, RuntimeError) as error:
                return f"{name} holds {one!r}, which is no selector ({error})"
    return None


def _fault_of_patterns(fields: dict[str, Any]) -> str | None:
    try:
        if re.compile(fields["article.id"]).groups < 1:
            return "article.id has no group ( ) around the id"
        for one in fields["picture.excluded_credits"]:
            re.compile(one)
        for pattern, replacement in fields["picture.original"]:
            re.sub(pattern, replacement, "")
            re.compile(pattern)
    except (re.error, TypeError, ValueError) as error:
        return f"a pattern of article.id, picture.excluded_credits or picture.original is none ({error})"
    return None


def _fault_of_addresses(fields: dict[str, Any]) -> str | None:
    for topic, words in fields["topics"].items():
        try:
            address = fields["list.address"].format(**words, day=date(2020, 1, 1), page=1)
            host = urlsplit(address).hostname
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return f"list.address cannot be filled for the topic {topic!r} ({type(error).__name__}: {error})"
        if host not in fields["hosts"]:
            return f"list.address leads to {host}, which hosts does not name"
    return None if fields["topics"] else "topics is empty"
