"""Where a log lies, as others name it: relative to the root of a repository, with slashes."""

from __future__ import annotations

import os.path
from pathlib import Path

# (the folder that relative paths are relative to, the one that they shall be relative to); empty: left alone.
Base = tuple[str, str]
NOWHERE: Base = ("", "")


def is_address(path: str) -> bool:
    """Whether a path is an address (``s3://bucket/run.csv``)."""
    return "://" in path


def is_file(path: str) -> bool:
    """Whether a path can be one on a disk: neither an address nor ``<stdin>``."""
    return not is_address(path) and not (path.startswith("<") and path.endswith(">"))


def placed(path: str, base: Base = NOWHERE) -> str:
    """``path`` relative to the root in ``base`` where it lies below it, else absolute; nothing is looked up.

    What is no file, and everything where ``base`` says nothing, stays as it is.
    """
    here, root = base
    if not here or not is_file(path):
        return path
    whole = os.path.normpath(Path(here) / path)
    inside = whole == root or whole.startswith(root.rstrip(os.sep) + os.sep)
    found = os.path.relpath(whole, root) if inside else whole
    return found.replace(os.sep, "/")
