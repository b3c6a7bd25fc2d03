"""Monitor: diagnose a training while it runs, from any loop; warn once per change, stop when asked to."""

from .loop import Monitor
from .telling import CurvedocWarning

__all__ = ["CurvedocWarning", "Monitor"]
