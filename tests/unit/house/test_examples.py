"""Examples in docstrings do what they say."""

import doctest
import importlib
from pathlib import Path

import pytest
from dancheong.testing.arrows import module_of, sources

ROOT = Path(__file__).resolve().parents[3]
WITH_EXAMPLES = [module_of(path, ROOT) for path in sources(ROOT, "nodes") if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_hold(name):
    failed, tried = doctest.testmod(importlib.import_module(f"dancheong.{name}"))
    assert tried and not failed


def test_the_calculating_parts_have_examples():
    wanted = {"nodes.upscale.plan", "nodes.lettering.wrap", "nodes.page.trim", "nodes.topic_prompt.josa"}
    assert wanted <= set(WITH_EXAMPLES)
