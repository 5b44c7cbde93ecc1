"""Graphs as the editor saves them, written in few words, for nodes that a made-up ComfyUI declares."""

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
