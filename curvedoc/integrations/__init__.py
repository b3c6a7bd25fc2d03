"""Callbacks that bring :class:`curvedoc.Monitor` into training frameworks; one file each.

Each needs its framework, which is imported with it and with nothing else of curvedoc.
"""

from __future__ import annotations


def missing(framework: str, extra: str) -> ImportError:
    """The error where a framework is not installed, with the way to mend it."""
    return ImportError(
        f"curvedoc.integrations.{extra} needs {framework}, which is not installed here: "
        f"pip install 'curvedoc[{extra}]'"
    )
