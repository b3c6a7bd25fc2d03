"""Scoring verdicts on labelled logs: our own, or those of any tool that names a state.

The way is ``labels`` (what is true) -> ``answers`` (what was said) -> ``statistics`` with ``intervals`` (how
often it was right) -> ``report`` (all of it as data) -> ``tables``. Only ``asking`` reads logs.
"""

from __future__ import annotations
