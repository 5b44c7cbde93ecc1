"""Files by rows: the memory that a poster takes while it is written."""

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="this system does not tell a process its memory")
@pytest.mark.parametrize("file_format", ["png", "tiff"])
def test_memory_does_not_grow_with_the_picture(root, file_format):
    """92 MB of pixels through a process that may not take 60 MB for them."""
    code = f"""
import io, runpy, numpy as np
runpy.run_path({str(root / "runner" / "__main__.py")!r})["load_pack"]()
from dancheong.nodes.upscale import row_files
import tifffile
block = np.zeros((128, 10000, 3), np.uint8)
block[:, ::7] = 90
form = row_files.Form(10000, 3072, 3, 8, 300, b"x" * 200, {{}})
before = int(open("/proc/self/statm").read().split()[1]) * 4096
most = 0
def blocks():
    global most
    for _ in range(24):
        most = max(most, int(open("/proc/self/statm").read().split()[1]) * 4096 - before)
        yield block
class Nowhere(io.RawIOBase):
    at = 0
    def write(self, data): self.at += len(data); return len(data)
    def tell(self): return self.at
    def seek(self, at, whence=0): return self.at
    def seekable(self): return True
    def writable(self): return True
row_files.write(Nowhere(), {file_format!r}, form, blocks())
print(most)
"""
    usual = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=usual)
    assert found.returncode == 0, found.stderr
    assert int(found.stdout.split()[-1]) < 60e6
