"""The rights of an ordinary user for a while, also where tests run as root, who may enter every folder."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

VERSION_3 = 0x20080522
"""Of the two calls of Linux, capget(2): effective, permitted and inheritable rights, each in two words."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


@contextmanager
def ordinary() -> Iterator[None]:
    """File rights hold for this thread; elsewhere than on Linux nothing changes."""
    if sys.platform != "linux":
        yield
        return
    system = ctypes.CDLL(None, use_errno=True)
    before, without = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    assert not system.capget(ctypes.byref(_Header(VERSION_3, 0)), before)
    ctypes.memmove(without, before, ctypes.sizeof(before))
    without[0] = without[3] = 0
    assert not system.capset(ctypes.byref(_Header(VERSION_3, 0)), without)
    try:
        yield
    finally:
        assert not system.capset(ctypes.byref(_Header(VERSION_3, 0)), before)
