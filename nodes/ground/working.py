"""Run by a process that `processes` started: it does pieces of work for whoever started it, until that ends.

A new process knows no module of the pack, wherever the pack lies, and work is sent by the names of modules.
"""

import os
import pickle
import runpy
import signal
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

PACK = Path(__file__).resolve().parents[2]


def work(pipe: Connection) -> None:
    """Do one piece after the other.

    Raises:
        EOFError, OSError: whoever started this has ended.
    """
    while True:
        task, piece = pickle.loads(pipe.recv_bytes())
        try:
            answer = task(piece), None, ""
        except Exception as error:
            answer = None, error, traceback.format_exc()
        pipe.send(answer)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Windows it hears Ctrl-C; whoever started it does, and ends it
    # A core of its own is all that it gets.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1")
    runpy.run_path(str(PACK / "runner" / "__main__.py"))["load_pack"]()
    with suppress(EOFError, OSError):
        work(globals()["pipe"])
