"""The editor's form becomes API form; the browser tests hold the same code to the editor itself."""

from dancheong.runner.queue.editor_form import to_api
from dancheong.testing.graphs import DECLARED, graph, image, inputs, nested, node


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


def test_a_list_that_a_primitive_holds_is_no_link():
    steps = {"name": "steps", "type": "INT", "widget": {"name": "steps"}, "link": 1}
    document = graph(
        node(1, "PrimitiveNode", [["1", 0]], outputs=[{"name": "INT", "type": "INT"}]),
        node(2, "Sample", [1, "fixed", 2, "n"], [steps]),
        links=[(1, 1, 0, 2, 0, "INT")],
    )
    assert inputs(document)["2"]["steps"] == {"__value__": ["1", 0]}
