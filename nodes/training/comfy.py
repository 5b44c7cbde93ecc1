"""What learning inside ComfyUI stands on: frozen networks that a gradient passes through, runs that show themselves."""

from .comfy_frozen import Denoiser, check_parts, encoding, fingerprint, frozen, loaded
from .comfy_run import run

__all__ = ["Denoiser", "check_parts", "encoding", "fingerprint", "frozen", "loaded", "run"]
