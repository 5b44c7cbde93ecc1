"""What tests ask of a served ComfyUI beyond what its users do."""

import urllib.request


def give_back(url: str) -> None:
    """Let the server at `url` go of the models and results that it holds; it must still answer."""
    request = urllib.request.Request(f"{url}/free", b'{"unload_models": true, "free_memory": true}')
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200, "the server must survive whatever it was asked"
