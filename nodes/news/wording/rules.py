"""What is taken off a headline and what is read how: `headline_rules.json`."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def rules() -> dict[str, Any]:
    """The file's sections; entries of its lists are regular expressions but for names, signs and particles."""
    return json.loads((Path(__file__).parents[1] / "headline_rules.json").read_text(encoding="utf-8"))
