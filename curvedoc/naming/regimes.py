"""Two regimes in which losses mean something else: reinforcement learning and adversarial pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import vocabulary as v
from .tokens import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .placing import Column

ADVERSARIAL_NOTE = (
    "generator and discriminator losses play against each other: neither is read as train/loss, "
    "descent cannot be judged from them"
)


def is_reinforcement(columns: Iterable[Column]) -> bool:
    """Whether the log is one of reinforcement learning: rewards, or the losses of actor and critic."""
    found: set[str] = set()
    for column in columns:
        said = set(column.name.words)
        if column.name.base == "reward" and not said & v.ONE_SIDE:
            return True
        if column.name.kind is Kind.LOSS:
            found |= {"value"} if said & v.VALUE else set()
            found |= {"policy"} if said & v.POLICY else set()
    return len(found) == 2


def mark_adversarial(columns: Sequence[Column]) -> list[Column]:
    """Rename the losses of a GAN to ``generator_...loss`` and ``discriminator_...loss``; others stay.

    Single letters (``G_GAN``, ``loss_D``) count only when both sides are there, and so does ``critic``.
    """
    said = [set(c.name.words) for c in columns]
    if any(words & v.POLICY for words in said):
        return list(columns)
    lossy = [c for c in columns if _side(c) and _is_lossy(c)]
    terse = [
        c for c in columns if c.name.kind is Kind.UNKNOWN and c.name.extra and c.name.extra[0] in v.SIDES
    ]
    sided = [c for c in lossy if any(len(w) > 2 and w in v.SIDES for w in c.name.words)]
    for found in (lossy, lossy + terse):
        if {_side(c) for c in found} == {"generator", "discriminator"}:
            sided = found
            break
    else:
        sided += [c for c in columns if sided and _is_lossy(c) and "critic" in c.name.words]
    marked = {id(c) for c in sided}
    return [_marked(c) if id(c) in marked else c for c in columns]


def is_adversarial(column: Column) -> bool:
    """Whether the column was marked as one side of a GAN."""
    return column.name.kind is Kind.LOSS and column.name.extra[:1] in (("generator",), ("discriminator",))


def _is_lossy(column: Column) -> bool:
    """A loss, or an error (`errD`, `G_L1`); what the user gave a role stays what it is."""
    name = column.name
    error = name.kind is Kind.METRIC and name.base in v.WEAK_LOSSES
    return not column.role and (error or name.kind is Kind.LOSS)


def _side(column: Column) -> str:
    said = set(column.name.words)
    if said & v.DISCRIMINATOR:
        return "discriminator"
    return "generator" if said & v.GENERATOR else ""


def _marked(column: Column) -> Column:
    name, side = column.name, _side(column) or "discriminator"
    drop = v.SIDES | v.ADVERSARIAL_FILLER | {"critic", "err", "error", "errors"}
    own = () if name.kind is Kind.LOSS else tuple(w for w in name.words if w in v.METRICS)
    extra = tuple(w for w in dict.fromkeys((*name.extra, *own)) if w not in drop)
    name = replace(name, kind=Kind.LOSS, base="loss", extra=(side, *extra), split=name.split or "train")
    return replace(column, name=name)
