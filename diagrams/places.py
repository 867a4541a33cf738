"""The files of findings as machines name them: relative to the working directory, and as URI references."""

from __future__ import annotations

import os
from pathlib import PurePath
from urllib.parse import quote


def relative(file: str) -> str:
    """Return a path with forward slashes, relative to the working directory where it lies below it."""
    path = PurePath(file)
    if path.is_absolute():
        here = PurePath(os.getcwd())  # noqa: PTH109 (no link is followed, no file looked at)
        if path.is_relative_to(here):
            path = path.relative_to(here)
    return path.as_posix()


def uri(file: str) -> str:
    """Return :func:`relative` as a URI reference (RFC 3986), an absolute path with the scheme ``file``."""
    path = relative(file)
    try:
        octets = path.encode("utf-8", "surrogateescape")  # as the system names the file
    except UnicodeEncodeError:
        octets = path.encode("utf-8", "replace")
    quoted = quote(octets)
    return f"file://{quoted}" if path.startswith("/") else quoted
