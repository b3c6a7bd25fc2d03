"""For batches: JSON Lines, one run a line; then one line for each path that could not be read.

The lines hold the objects of the ``json`` report: a run as in ``runs``, a path as in ``errors``, told apart
by the key ``problem``. Each line has the ``schema_version``, for lines of several calls are put in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.document import SCHEMA_VERSION, dumps, error, run

if TYPE_CHECKING:
    from curvedoc.diagnosis import Batch
    from curvedoc.gated import GateResult


def render(batch: Batch, *, gate: GateResult | None = None) -> str:
    """One line of JSON in ASCII for each run, in the order of reading; empty for an empty batch."""
    objects = [run(d, gate) for d in batch.diagnoses] + [error(p) for p in batch.problems]
    return "".join(dumps({"schema_version": SCHEMA_VERSION, **each}) + "\n" for each in objects)
