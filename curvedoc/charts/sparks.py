"""A curve as one line of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.axes import levels

if TYPE_CHECKING:
    from curvedoc.run import FloatArray

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=+*#@"


def sparkline(values: FloatArray, columns: int, unicode: bool = True) -> str:
    """At most ``columns`` blocks, ``×`` where nothing is finite; a wide range on a log scale."""
    signs, gone = (_BLOCKS, "×") if unicode else (_ASCII, "x")
    return "".join(gone if level is None else signs[level] for level in levels(values, columns, len(signs)))
