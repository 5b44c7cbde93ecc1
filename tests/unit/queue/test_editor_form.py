"""The editor's form becomes API form; the browser tests hold the same code to the editor itself."""

import copy
import random
import re

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue.editor_form import to_api

DECLARED = {
    "Load": {"input": {"required": {"image": [["a.png"], {"image_upload": True}]}}, "display_name": "Load It"},
    "Sample": {
        "input": {
            "required": {"image": ["IMAGE"], "seed": ["INT", {"default": 3}], "steps": ["INT", {"default": 20}]},
            "optional": {"name": ["STRING", {"default": "x"}], "wire": ["STRING", {"forceInput": True}]},
        }
    },
    "Pick": {
        "input": {
            "required": {
                "choice": [["a", "b"], {"control_after_generate": True}],
                "mode": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                    {"key": "off", "inputs": {}},
                    {"key": "on", "inputs": {"required": {"by": ["FLOAT", {"default": 1.5}]}}},
                ]}],
                "colours": ["COMBO", {"options": ["r", "g"], "multi_select": True}],
            }
        }
    },
}  # fmt: skip
IMAGE_OUT = {"name": "IMAGE", "type": "IMAGE"}


def node(number, kind, values=(), inputs=(), outputs=(IMAGE_OUT,), **more):
    return {"id": number, "type": kind, "widgets_values": list(values), "inputs": list(inputs),
            "outputs": list(outputs), "mode": 0, **more}  # fmt: skip


def image(link):
    return {"name": "image", "type": "IMAGE", "link": link}


def graph(*nodes, links=(), **more):
    return {"nodes": list(nodes), "links": [list(link) for link in links], **more}


def inputs(document):
    return {key: entry["inputs"] for key, entry in to_api(document, DECLARED).items()}


def test_values_find_their_inputs_past_buttons_and_seed_controls():
    document = graph(
        node(1, "Load", ["cover.png", "image"]),
        node(2, "Sample", [7, "randomize", 30, "n"], [image(1)], title="Mine"),
        node(3, "MarkdownNote", ["read me"]),
        links=[(1, 1, 0, 2, 0, "IMAGE")],
    )
    assert to_api(document, DECLARED) == {
        "1": {"class_type": "Load", "inputs": {"image": "cover.png"}, "_meta": {"title": "Load It"}},
        "2": {"class_type": "Sample", "inputs": {"image": ["1", 0], "seed": 7, "steps": 30, "name": "n"},
              "_meta": {"title": "Mine"}},
    }  # fmt: skip


def test_a_file_of_an_older_release_gets_the_defaults_of_new_inputs():
    assert inputs(graph(node(2, "Sample", [7, "fixed"])))["2"] == {"seed": 7, "steps": 20, "name": "x"}


def test_dynamic_inputs_lists_and_controls_of_choices():
    document = graph(node(5, "Pick", ["b", "fixed", "", "on", 2.5, ["r", "g"]]))
    assert inputs(document)["5"] == {
        "choice": "b", "mode": "on", "mode.by": 2.5, "colours": {"__value__": ["r", "g"]}
    }  # fmt: skip
    assert "mode.by" not in inputs(graph(node(5, "Pick", ["b", "fixed", "", "off", ["r"]])))["5"]


def test_reroutes_primitives_muted_and_bypassed_nodes_resolve():
    document = graph(
        node(1, "Load", ["a.png", "image"]),
        node(2, "Reroute", inputs=[{"name": "", "type": "*", "link": 1}]),
        node(3, "Sample", [1, "fixed", 2, "n"], [image(2)], mode=4),
        node(4, "PrimitiveNode", [9, "fixed"], outputs=[{"name": "INT", "type": "INT"}]),
        node(5, "Sample", [1, "fixed", 2, "n"],
             [image(3), {"name": "steps", "type": "INT", "widget": {"name": "steps"}, "link": 4}]),
        node(6, "Sample", [1, "fixed", 2, "n"], [image(5)], mode=2),
        node(7, "Sample", [1, "fixed", 2, "n"], [image(6)]),
        links=[(1, 1, 0, 2, 0, "IMAGE"), (2, 2, 0, 3, 0, "IMAGE"), (3, 3, 0, 5, 0, "IMAGE"), (4, 4, 0, 5, 1, "INT"),
               (5, 5, 0, 6, 0, "IMAGE"), (6, 6, 0, 7, 0, "IMAGE")],
    )  # fmt: skip
    assert inputs(document) == {
        "1": {"image": "a.png"},
        "5": {"seed": 1, "steps": 9, "name": "n", "image": ["1", 0]},
        "7": {"seed": 1, "steps": 2, "name": "n"},
    }


def nested():
    """Load -> [Sample -> (Sample)] -> Sample, the round brackets a subgraph inside the square one."""
    ends = {"inputs": [{"name": "image"}, {"name": "steps"}], "outputs": [{"name": "IMAGE"}]}
    link = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    steps = {"name": "steps", "type": "INT", "widget": {"name": "steps"}}
    inner = {
        "id": "inner", **ends,
        "nodes": [node(1, "Sample", [1, "fixed", 2, "deep"], [image(1), {**steps, "link": 2}])],
        "links": [dict(zip(link, row, strict=True)) for row in (
            (1, -10, 0, 1, 0, "IMAGE"), (2, -10, 1, 1, 1, "INT"), (3, 1, 0, -20, 0, "IMAGE"))],
    }  # fmt: skip
    outer = {
        "id": "outer", **ends,
        "nodes": [node(1, "Sample", [1, "fixed", 5, "mid"], [image(1)]),
                  node(2, "inner", [], [image(2), {**steps, "link": 3}])],
        "links": [dict(zip(link, row, strict=True)) for row in (
            (1, -10, 0, 1, 0, "IMAGE"), (2, 1, 0, 2, 0, "IMAGE"), (3, -10, 1, 2, 1, "INT"),
            (4, 2, 0, -20, 0, "IMAGE"))],
    }  # fmt: skip
    return graph(
        node(1, "Load", ["a.png", "image"]),
        node(2, "outer", [8], [image(1), {**steps, "link": None}]),
        node(3, "Sample", [1, "fixed", 2, "n"], [image(2)]),
        links=[(1, 1, 0, 2, 0, "IMAGE"), (2, 2, 0, 3, 0, "IMAGE")],
        definitions={"subgraphs": [inner, outer]},
    )


def test_subgraphs_are_taken_apart_to_any_depth():
    assert inputs(nested()) == {
        "1": {"image": "a.png"},
        "2:1": {"seed": 1, "steps": 5, "name": "mid", "image": ["1", 0]},
        "2:2:1": {"seed": 1, "steps": 8, "name": "deep", "image": ["2:1", 0]},
        "3": {"seed": 1, "steps": 2, "name": "n", "image": ["2:2:1", 0]},
    }


def test_a_bypassed_subgraph_passes_its_picture_on():
    document = nested()
    document["nodes"][1]["mode"] = 4
    assert inputs(document)["3"]["image"] == ["1", 0] and set(inputs(document)) == {"1", "3"}


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


def test_a_list_that_a_primitive_holds_is_no_link():
    steps = {"name": "steps", "type": "INT", "widget": {"name": "steps"}, "link": 1}
    document = graph(
        node(1, "PrimitiveNode", [["1", 0]], outputs=[{"name": "INT", "type": "INT"}]),
        node(2, "Sample", [1, "fixed", 2, "n"], [steps]),
        links=[(1, 1, 0, 2, 0, "INT")],
    )
    assert inputs(document)["2"]["steps"] == {"__value__": ["1", 0]}


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
