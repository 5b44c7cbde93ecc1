"""`python testing/language` takes what the sources say now into the catalogues and lists what is not translated yet."""

import importlib
import runpy
from pathlib import Path

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).resolve().parents[2] / "runner" / "__main__.py"))["load_pack"]()
    importlib.import_module("dancheong.testing.language.update").main()
