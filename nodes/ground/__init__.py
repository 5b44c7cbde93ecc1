"""What several capabilities stand on and ComfyUI knows nothing of; its files may be imported from anywhere."""


class UserError(Exception):
    """What a user can mend: one sentence that says what was expected, what came, what to do.

    The command line prints it without a traceback, ComfyUI shows it on the node. Anything else that is raised is a bug
    and keeps its traceback.
    """


class MissingLibraryError(UserError):
    """A file is of a kind that only a library that is not installed can read; the file itself may be good."""
