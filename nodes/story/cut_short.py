"""Which stories were interrupted, so that the same story is drawn again and not taken from ComfyUI's cache.

A story that is interrupted ends like one that is whole, for the sake of its finished frames, and ComfyUI keeps it.
"""

_runs: list[dict[str, object]] = []


def note(**inputs: object) -> None:
    """A story of these inputs was interrupted."""
    _runs.append(inputs)


def times(**inputs: object) -> int:
    """How many stories of such inputs were; one that is not known yet, None, may be any."""
    return sum(all(inputs[name] in (None, value) for name, value in run.items()) for run in _runs)
