"""Plain-text logs: from what a training printed to rows of names and values.

``clean`` takes off what a terminal or a logger adds, ``grammar`` reads the layout of a line (once per
layout), ``grids`` reads tables inside the text, ``scan`` turns lines into events, ``bars`` keeps the last
state of progress bars, ``sift`` keeps the lines that repeat, ``join`` makes one row of what belongs to one
step.
"""

from .join import rows_of
from .plan import named
from .scan import scan
from .words import is_curve, own_split

__all__ = ["is_curve", "named", "own_split", "rows_of", "scan"]
