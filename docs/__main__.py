"""`python docs` builds the site into out/site; `python docs strip`, `compared` and `enlarged` make pictures anew."""

import importlib
import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).resolve().parent.parent / "runner" / "__main__.py"))["load_pack"]()
    sys.exit(importlib.import_module(f"dancheong.docs.{(sys.argv[1:] or ['build'])[0]}").main())
