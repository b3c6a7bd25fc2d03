"""Logged name -> split/quantity (``val/loss``) and direction (lower or higher is better).

``vocabulary`` has the words, ``tokens`` reads one name, ``placing`` sees all names of a log, ``losses``
finds *the* loss, ``headline`` the main metric; :func:`assign` puts them together.
"""

from .curves import assign
from .headline import why

__all__ = ["assign", "why"]
