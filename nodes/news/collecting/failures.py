"""Why a request brought no page: it is not there, it may not be asked for, or it may come another time."""

from typing import Any

GONE, FORBIDDEN, LATER = "gone", "forbidden", "later"
NOT_THERE = (404, 410, 451)
"""Answers that will not change."""


def why(error: Any) -> tuple[str, str]:
    """One of the three, and the reason in words.

    Args:
        error: what Scrapy gives up a request with.

    Raises:
        Exception: `error` itself, where it is a bug and no request's fate.
    """
    from scrapy import exceptions
    from scrapy.spidermiddlewares.httperror import HttpError
    from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

    if isinstance(error, HttpError):
        status = error.response.status
        return (GONE, f"it is not there (HTTP {status})") if status in NOT_THERE else (LATER, f"HTTP {status}")
    if isinstance(error, exceptions.IgnoreRequest):
        return FORBIDDEN, str(error)
    of_the_network = (
        exceptions.CannotResolveHostError,
        exceptions.DownloadCancelledError,
        exceptions.DownloadConnectionRefusedError,
        exceptions.DownloadFailedError,
        exceptions.DownloadTimeoutError,
        exceptions.ResponseDataLossError,
        ConnectError,
        ConnectionDone,
        ConnectionLost,
        OSError,
    )
    if isinstance(error, of_the_network):
        return LATER, str(error) or type(error).__name__
    raise error
