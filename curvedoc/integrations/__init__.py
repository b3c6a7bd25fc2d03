"""Callbacks that bring :class:`curvedoc.Monitor` into training frameworks; one file each.

Each needs its framework, which is imported with it and with nothing else of curvedoc.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def missing(framework: str, extra: str) -> ImportError:
    """The error where a framework is not installed, with the way to mend it."""
    return ImportError(
        f"curvedoc.integrations.{extra} needs {framework}, which is not installed here: "
        f"pip install 'curvedoc[{extra}]'"
    )


def numbers(logs: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a monitor takes of the values that a framework tells its callbacks: numbers, single elements."""
    return {name: value for name, value in (logs or {}).items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    single = hasattr(value, "item") and math.prod(getattr(value, "shape", ())) == 1
    return single or isinstance(value, int | float)
