"""The outputs. Each is a module with a pure ``render(batch, ...) -> str`` that reads nothing but diagnoses.

A report declares by its keyword parameters what it wants to know of the call: ``gate`` (what ``check``
found), ``width``, ``color``, ``unicode``, ``details``, ``base``, ``rules``. Pictures are ``bytes``.

``columns`` and ``pages`` beside them show runs and rules for ``curvedoc columns``, ``rules``, ``explain``.
"""

from __future__ import annotations

from typing import Any

from curvedoc.errors import UsageError, nearest

FORMATS: tuple[str, ...] = (
    "terminal",
    "html",
    "markdown",
    "github",
    "junit",
    "sarif",
    "json",
    "jsonl",
    "csv",
)


def report(name: str) -> Any:
    """The module of an output, imported when asked for; raises UsageError for an unknown name."""
    if name not in FORMATS:
        raise UsageError(
            f"There is no output format '{name}'.{nearest(name, FORMATS)}",
            f"Choose one of: {', '.join(FORMATS)}.",
        )
    from importlib import import_module

    return import_module(f".{name}", __name__)
