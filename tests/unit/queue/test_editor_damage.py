"""A graph that does not hold together, that runs in a circle or is damaged anywhere is explained."""

import copy
import random

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue.editor_form import to_api
from dancheong.testing.graphs import DECLARED, graph, image, nested, node


def break_link(document):
    document["nodes"][1]["inputs"][0]["link"] = 1
    del document["nodes"][0]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda document: document["nodes"][0].update(type="Nowhere"),
            "Node 1 is a Nowhere, which this",
        ),
        (lambda document: document["nodes"][2].update(widgets_values=[1, "fixed", 2, "n", 5, 6]), "carries 6 values"),
        (break_link, "does not hold together"),
        (lambda document: document["nodes"].append({"id": 9}), "does not hold together"),
        (lambda document: document.update(nodes=7), "does not hold together"),
        (lambda document: document["links"].append([9, 1]), "does not hold together"),
        (lambda document: document["links"][0].__setitem__(1, -10), "does not hold together"),
        (
            lambda document: document["definitions"]["subgraphs"][0]["nodes"].append(node(5, "inner")),
            "inner contains itself",
        ),
        (lambda document: document["nodes"][1].update(id=None), "the graph has a nameless node"),
        (lambda document: document["nodes"][1]["inputs"][0].pop("type"), "of node 2 of the graph has no type"),
    ],
)
def test_files_that_cannot_be_read_are_explained(damage, message):
    document = copy.deepcopy(nested())
    damage(document)
    with pytest.raises(UserError, match=message):
        to_api(document, DECLARED)


def test_links_in_a_circle_are_explained():
    document = graph(
        node(1, "Reroute", inputs=[{"name": "", "type": "*", "link": 1}]),
        node(2, "Sample", [1, "fixed", 2, "n"], [image(2)], mode=4),
        node(3, "Sample", [1, "fixed", 2, "n"], [image(3)]),
        links=[(1, 2, 0, 1, 0, "IMAGE"), (2, 1, 0, 2, 0, "IMAGE"), (3, 2, 0, 3, 0, "IMAGE")],
    )
    with pytest.raises(UserError, match="lead in a circle"):
        to_api(document, DECLARED)


def places(value, path=()):
    """The path of every value in a JSON document."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def test_whatever_is_damaged_ends_in_a_sentence_or_in_a_workflow():
    every = list(places(nested()))[1:]
    draw, explained = random.Random(0), 0
    for _ in range(6000):
        document = nested()
        for path in draw.sample(every, draw.choice((1, 1, 2))):
            *way, last = path
            owner = document
            try:
                for key in way:
                    owner = owner[key]
                owner[last] = draw.choice((None, 7, -10, -20, "x", "inner", [], [[1]], {}, {"id": 1}, True, 1.5))
            except (LookupError, TypeError):  # the first damage took the place of the second away
                continue
        try:
            to_api(document, DECLARED)
        except UserError as error:
            explained += 1
            assert str(error).endswith(".")
    assert 1000 < explained < 5900
