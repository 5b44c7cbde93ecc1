"""dancheong: Korean prompts, clean news pictures and print-ready book covers for ComfyUI.

Nothing is imported here: ComfyUI calls `comfy_entrypoint` when it wants the nodes, and test runners, the command line
and packaging tools may import this file without ComfyUI.
"""

WEB_DIRECTORY = "./web"


async def comfy_entrypoint():
    """The pack's nodes, when ComfyUI asks for them."""
    try:
        from .nodes.extension import DancheongExtension
    except Exception:
        # ComfyUI reduces an exception raised in here to one log line; the traceback names the broken import.
        import logging

        logging.getLogger("dancheong").exception("The dancheong nodes could not be loaded")
        raise
    return DancheongExtension()
