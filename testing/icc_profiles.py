"""ICC profiles of known sums, as a printer's would be; written by hand (ICC.1:2001, version 2).

CMYK: a press whose black ink alone makes lightness, L* = 100 (1 - K), and whose other inks alone make colour,
a* = 100 (M - C), b* = 100 Y. RGB: Adobe RGB's primaries with a gamma of 2.2.
"""

import struct

import numpy as np

GRID = {3: 17, 4: 9}
D50 = (0.9642, 1.0, 0.8249)


def cmyk(black: float = 0.0, paper: tuple[float, ...] = D50, rich: float = 0.0) -> bytes:
    """`black`: the L* of its black ink, as no press prints 0; `paper`: XYZ of its white, which is never D50; `rich`:
    the share of the other inks that are laid under black where colours are separated, as presses do for pictures.
    """
    inks = np.stack(np.meshgrid(*[np.linspace(0, 1, GRID[4])] * 4, indexing="ij"), -1).reshape(-1, 4)
    c, m, y, k = inks.T
    lab = np.stack((100 - (100 - black) * k, 100 * (m - c), 100 * y), -1)
    places = np.stack(np.meshgrid(*[np.linspace(0, 1, GRID[3])] * 3, indexing="ij"), -1).reshape(-1, 3)
    lightness, a, b = places[:, 0] * 65535 / 652.8, places[:, 1] * 65535 / 256 - 128, places[:, 2] * 65535 / 256 - 128
    dark = (100 - lightness) / (100 - black)
    back = np.stack((rich * dark - a / 100, rich * dark + a / 100, rich * dark + b / 100, dark), -1).clip(0, 1)
    encoded = np.stack((lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256), -1)
    to_lab, from_lab = _table(4, 3, encoded), _table(3, 4, back * 65535)
    tags = {"A2B0": to_lab, "A2B1": to_lab, "B2A0": from_lab, "B2A1": from_lab}
    return _profile(b"prtr", b"CMYK", b"Lab ", "Test press", tags | {"wtpt": _xyz(*paper)})


def wide_rgb() -> bytes:
    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    xyz = {
        "rXYZ": (0.60974, 0.31111, 0.01947),
        "gXYZ": (0.20528, 0.62567, 0.06087),
        "bXYZ": (0.14919, 0.06322, 0.74457),
    }
    tags = {name: _xyz(*value) for name, value in xyz.items()} | dict.fromkeys(("rTRC", "gTRC", "bTRC"), gamma)
    return _profile(b"mntr", b"RGB ", b"XYZ ", "Test wide", tags)


def _table(into: int, out: int, values: np.ndarray) -> bytes:
    """lut16Type: an identity matrix, identity curves, and a grid."""
    identity = struct.pack(">9i", *(65536 * (row == column) for row in range(3) for column in range(3)))
    head = b"mft2\0\0\0\0" + bytes((into, out, GRID[into], 0)) + identity + struct.pack(">HH", 2, 2)
    curves = struct.pack(">HH", 0, 65535)
    return head + curves * into + values.round().clip(0, 65535).astype(">u2").tobytes() + curves * out


def _xyz(*value: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(part * 65536) for part in value))


def _profile(kind: bytes, space: bytes, connection: bytes, name: str, tags: dict[str, bytes]) -> bytes:
    text = name.encode() + b"\0"
    tags = {
        "desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67),
        "cprt": b"text\0\0\0\0none\0",
        "wtpt": _xyz(*D50),
        **tags,
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for key, data in tags.items():
        table += key.encode() + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", 0, b"none", 0x02400000, kind, space, connection)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(*D50)[8:] + bytes(48)
    data = head + table + body
    return struct.pack(">I", len(data)) + data[4:]
