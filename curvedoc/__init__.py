"""curvedoc reads the log of a training run and names the state it is in, with evidence and a fix.

The public names are loaded when first used, so ``import curvedoc`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import check, diagnose, diagnose_all, read
    from .diagnosis import Diagnosis
    from .monitor import CurvedocWarning, Monitor
    from .run import Run

__all__ = [
    "CurvedocWarning",
    "Diagnosis",
    "Monitor",
    "Run",
    "__version__",
    "check",
    "diagnose",
    "diagnose_all",
    "read",
]

_HOMES = {
    "read": "api",
    "diagnose": "api",
    "diagnose_all": "api",
    "check": "api",
    "Run": "run",
    "Diagnosis": "diagnosis",
    "Monitor": "monitor",
    "CurvedocWarning": "monitor",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
