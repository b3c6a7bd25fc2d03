"""The vocabulary: every measure that a rule may ask for.

:class:`Features` holds the curves of a run, condensed and smoothed once; ``losses``, ``metrics``, ``delay``
and ``training`` are plain functions from it to a :class:`~curvedoc.measure.Measure`. A measure that does
not exist for a run raises :class:`~curvedoc.measure.NotMeasurable` with what it needs and what the log
has instead.
"""

from __future__ import annotations

from .curves import Features

__all__ = ["Features"]
