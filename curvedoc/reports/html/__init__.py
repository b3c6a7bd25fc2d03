"""For sharing: one self-contained page with interactive charts, which opens without any network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curvedoc.wording import clean, count

if TYPE_CHECKING:
    from curvedoc.diagnosis import Batch
    from curvedoc.gated import GateResult


def render(batch: Batch, *, gate: GateResult | None = None) -> str:
    """The batch as an HTML document in ASCII; the same batch gives the same bytes.

    Values that are not finite are gaps in the curves, and marked. Long curves are condensed: a page of many
    runs has fewer points of each (:mod:`.condense`), and says so.
    """
    from .shell import page

    return page(_title(batch), document(batch, gate))


def document(batch: Batch, gate: GateResult | None = None) -> list[tuple[str, Any]]:
    """What the page shows, as plain data: the batch, then each run, by the id of its element."""
    from . import charts, content

    most = charts.room(batch)
    parts = [("batch", _clean(content.overview(batch, gate)))]
    for i, diagnosis in enumerate(batch.diagnoses):
        shown = content.details(diagnosis, gate) | {"marks": charts.marks(diagnosis)}
        parts.append((f"run-{i}", _clean(shown | {"charts": charts.charts(diagnosis, most)})))
    return parts


def _title(batch: Batch) -> str:
    if len(batch.diagnoses) == 1:
        only = batch.diagnoses[0]
        return f"{only.state.label}: {only.run.name} - curvedoc"
    return f"{count(len(batch.diagnoses), 'run')} - curvedoc"


def _clean(value: Any) -> Any:
    """``value`` with all that cannot be seen in its texts made visible; numbers stay as they are."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list) and value and not isinstance(value[0], float | int):
        return [_clean(item) for item in value]
    return value
