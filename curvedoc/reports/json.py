"""For machines: one JSON document, described by ``diagnosis.schema.json`` beside this file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curvedoc.document import document, dumps

if TYPE_CHECKING:
    from curvedoc.diagnosis import Batch
    from curvedoc.gated import GateResult


def render(batch: Batch, *, gate: GateResult | None = None, indent: int | None = 2) -> str:
    """The batch as JSON in ASCII, runs in the order of reading; ``indent`` None puts it on one line."""
    return dumps(document(batch, gate), indent)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every output of :func:`render` satisfies."""
    from importlib.resources import files

    loaded: dict[str, Any] = json.loads(
        files(__package__).joinpath("diagnosis.schema.json").read_text("utf-8")
    )
    return loaded
