"""What other packs put into a graph: notes, switches, reroutes, values by name; what may have an effect is refused."""

import re

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue.editor_form import to_api
from dancheong.testing.graphs import DECLARED, graph, image, inputs, nested, node

ANY = {"name": "*", "type": "*"}
INPUT = {"name": "IMAGE", "type": "IMAGE"}


def apart(kind, **more):
    return node(30, kind, ["read me"], outputs=(), **more)


@pytest.mark.parametrize(
    "silent",
    [
        apart("Label (rgthree)"),
        apart("Sticky Note of any pack", properties={"fontSize": 12}),
        node(
            30, "Fast Muter (rgthree)", inputs=[{**ANY, "link": 1}], outputs=[{"name": "OPT_CONNECTION", "type": "*"}]
        ),
        node(30, "Fast Groups Bypasser (rgthree)", outputs=[{"name": "OPT_CONNECTION", "type": "*"}]),
    ],
)
def test_notes_labels_and_switches_of_other_packs_are_skipped(silent):
    document = graph(node(1, "Load", ["a.png", "image"]), silent, links=[(1, 1, 0, 30, 0, "IMAGE")])
    assert inputs(document) == {"1": {"image": "a.png"}}


@pytest.mark.parametrize(
    "missing",
    [
        apart("Shout", properties={"Node name for S&R": "Shout"}),
        node(30, "SaveFancy", inputs=[{**INPUT, "link": 1}], outputs=()),
        node(30, "WidgetNode", ["x"]),
        node(30, "Random Unmuter (rgthree)", inputs=[{**ANY, "link": 1}], outputs=[ANY]),
    ],
)
def test_what_may_have_an_effect_and_is_not_known_is_refused_by_name(missing):
    document = graph(node(1, "Load", ["a.png", "image"]), missing, links=[(1, 1, 0, 30, 0, "IMAGE")])
    with pytest.raises(UserError, match=f"Node 30 is a {re.escape(missing['type'])}, which this"):
        to_api(document, DECLARED)


def test_a_group_node_is_refused_with_what_to_do():
    with pytest.raises(UserError, match=r"a group node .* convert it to a subgraph"):
        to_api(graph(node(1, "workflow>mine")), DECLARED)


def test_reroutes_of_other_packs_resolve():
    for kind in ("Reroute (rgthree)", "ReroutePrimitive|pysssss"):
        document = graph(
            node(1, "Load", ["a.png", "image"]),
            node(2, kind, inputs=[{**ANY, "link": 1}], outputs=[ANY]),
            node(3, "Sample", [1, "fixed", 2, "n"], [image(2)]),
            links=[(1, 1, 0, 2, 0, "*"), (2, 2, 0, 3, 0, "*")],
        )
        assert inputs(document)["3"]["image"] == ["1", 0] and set(inputs(document)) == {"1", "3"}


def pairs(*names, prefix="", ask="moon"):
    """Load -> a setting node for each name; a getting node that asks for one of them -> Sample."""
    setters = [
        node(10 + place, f"{prefix}SetNode", [name], [{**INPUT, "link": place}], [ANY])
        for place, name in enumerate(names)
    ]
    return graph(
        node(1, "Load", ["a.png", "image"]),
        *setters,
        node(20, f"{prefix}GetNode", [ask]),
        node(3, "Sample", [1, "fixed", 2, "n"], [image(90)]),
        links=[*((place, 1, 0, 10 + place, 0, "IMAGE") for place in range(len(names))), (90, 20, 0, 3, 0, "IMAGE")],
    )


@pytest.mark.parametrize("prefix", ["", "easy "])
def test_what_is_set_by_name_is_what_is_got(prefix):
    assert inputs(pairs("sun", "moon", prefix=prefix)) == {
        "1": {"image": "a.png"},
        "3": {"seed": 1, "steps": 2, "name": "n", "image": ["1", 0]},
    }


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("sun",), r"Node 20 \(GetNode\) asks for 'moon', which no node sets"),
        (("moon", "moon"), "asks for a name that 2 nodes set"),
    ],
)
def test_names_that_are_set_by_none_or_by_two_are_refused(names, message):
    with pytest.raises(UserError, match=message):
        to_api(pairs(*names), DECLARED)


def test_what_is_set_outside_is_got_within_a_subgraph():
    document = nested()
    document["nodes"].append(node(9, "SetNode", ["moon"], [{**INPUT, "link": 9}], [ANY]))
    document["links"].append([9, 1, 0, 9, 0, "IMAGE"])
    inner = document["definitions"]["subgraphs"][0]
    inner["nodes"] += [node(5, "GetNode", ["moon"]), node(6, "Sample", [1, "fixed", 2, "n"], [image(9)])]
    inner["links"].append({"id": 9, "origin_id": 5, "origin_slot": 0, "target_id": 6, "target_slot": 0})
    assert inputs(document)["2:2:6"]["image"] == ["1", 0]


def test_a_name_that_is_set_from_itself_is_a_circle():
    document = pairs("moon")
    document["links"][0] = [0, 20, 0, 10, 0, "IMAGE"]
    with pytest.raises(UserError, match="lead in a circle"):
        to_api(document, DECLARED)
