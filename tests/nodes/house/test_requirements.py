"""What the pack declares, beside what the ComfyUI that runs it declares."""

import re

from dancheong.runner import places


def test_nothing_is_declared_that_comfyui_ships(root):
    def name(line):
        return re.split(r"[^A-Za-z0-9_.-]", line.strip())[0].lower().replace("_", "-")

    shipped = {
        name(line) for line in (places.comfyui() / "requirements.txt").read_text().splitlines() if line[:1].isalpha()
    }
    assert {"torch", "numpy", "pillow", "spandrel"} <= shipped
    declared = {name(line) for line in (root / "requirements.txt").read_text().splitlines()}
    assert declared & shipped == set()
    assert not any("opencv" in line for line in declared)
