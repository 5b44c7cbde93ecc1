"""`dancheong` on the command line. It talks to ComfyUI over HTTP only and never imports it."""


class RunnerError(Exception):
    """Something the user can act on: one sentence that says what was expected, what came, what to do."""
