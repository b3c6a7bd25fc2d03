"""Logged name -> split/quantity (``val/loss``) and direction: which column is which curve.

Nothing is dropped silently: every logged series becomes a curve, a summand of one, or is ignored with a
reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from curvedoc.run import Curve, Ignored, Logged, Run

from . import vocabulary as v
from .asked import mapped, wanted_metric, wanted_quantity
from .headline import followed, main_metric, with_direction
from .losses import choose, falls, preference, total
from .placing import Column, columns_of
from .regimes import is_adversarial, is_reinforcement, mark_adversarial
from .tokens import Kind, Name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUMMARY = "a closing summary, one point"
CONSTANT = "not recognised and constant"
# Logged per layer: none of several speaks for the model. Learning rates of groups mostly agree.
LAYERED = ("grad_norm", "weight_norm")
_CURVES = (Kind.LOSS, Kind.METRIC, Kind.UNKNOWN, Kind.BARE)


def assign(logged: Logged, mapping: Mapping[str, str] | None = None, metric: str | None = None) -> Run:
    """Name every logged series and choose the main metric.

    ``mapping`` is role -> logged name (``{"train/loss": "L"}``) and overrides all habits; ``metric`` is a
    quantity (``"f1"``) or a logged name. Values and steps are passed on as they are, NaN and infinity
    included. Raises :class:`~curvedoc.errors.UsageError` for a name that was not logged or a role that is
    none.
    """
    given = mapped(logged, mapping or {})
    given += wanted_metric(logged, metric, given)
    columns = mark_adversarial(columns_of(logged, given))
    columns, ignored, notes = _settle(columns)
    reinforcement = is_reinforcement(columns)
    winners, others, summaries = _winners(columns)
    main, loss_notes = choose(winners, reinforcement)
    placed = _with_roles(main, winners, others)
    wanted = wanted_quantity(metric, placed)
    curves = [_curve(role, columns, reinforcement) for role, columns in placed.items()]
    curves, direction_notes = with_direction(curves, wanted)
    quantity = main_metric(curves, placed, wanted, reinforcement, followed((*logged.ignored, *ignored)))
    return Run(
        name=logged.name,
        path=logged.path,
        reader=logged.reader,
        x=logged.x,
        curves=tuple(sorted(curves, key=lambda c: _shown(c, quantity))),
        metric=quantity,
        ignored=(*logged.ignored, *sorted((*ignored, *summaries), key=lambda i: (i.name, i.reason))),
        notes=(*logged.notes, *notes, *loss_notes, *direction_notes),
    )


def _settle(columns: Sequence[Column]) -> tuple[list[Column], list[Ignored], list[str]]:
    """Decide about what no table knows: a curve when measured on validation, else ignored with a reason."""
    measured = {
        c.name.quantity for c in columns if c.name.kind is Kind.UNKNOWN and c.name.split in ("val", "test")
    }
    summary = any("flos" in c.name.words or "runtime" in c.name.words for c in columns if c.points == 1)
    many = any(c.points > 1 for c in columns)
    guess = _guess(columns)
    kept: list[Column] = []
    ignored: list[Ignored] = []
    for column in columns:
        name = column.name
        reason = ""
        if column is guess:
            column = replace(column, name=Name(Kind.LOSS, split="train", base="loss"))
        elif name.kind is Kind.IGNORED:
            reason = name.reason
        elif summary and many and column.points == 1 and _says_train(column):
            reason = SUMMARY
        elif name.kind not in _CURVES or (name.kind is Kind.UNKNOWN and name.quantity not in measured):
            reason = v.UNRECOGNISED
        elif name.kind is Kind.UNKNOWN and len(set(column.series.values.tolist())) < 2:
            reason = CONSTANT
        if reason:
            ignored.append(Ignored(column.series.name, reason))
        else:
            kept.append(column)
    notes = (
        [f"column {guess.series.name!r} has no telling name; it falls and is read as train/loss"]
        if guess
        else []
    )
    return kept, ignored, notes


def _says_train(column: Column) -> bool:
    """`train_loss`, by that name: Hugging Face writes it once, at the end, as the mean over the run."""
    name = column.name
    return name.kind is Kind.LOSS and name.plain and "train" in name.words and not column.given


def _guess(columns: Sequence[Column]) -> Column | None:
    """In a log without any name, the column that falls: positive, with the most distinct values."""
    if any(c.name.kind in (Kind.LOSS, Kind.METRIC) for c in columns):
        return None
    nameless = (c for c in columns if c.name.kind is Kind.NAMELESS and c.points)
    falling = [c for c in nameless if c.series.values.min() >= 0 and falls(c)]
    return max(falling, key=lambda c: (len(set(c.series.values.tolist())), c.order), default=None)


def _winners(columns: Sequence[Column]) -> tuple[list[Column], list[Column], list[Ignored]]:
    """One column for each split and quantity, then the others; a single point beside a curve is a summary."""
    groups: dict[tuple[str, str], list[Column]] = {}
    forms: dict[str, dict[bool, set[str]]] = {}
    for column in columns:
        name = column.name
        groups.setdefault((name.split, column.role or name.quantity), []).append(column)
        forms.setdefault(name.quantity, {}).setdefault(name.total, set()).add(name.split)
    winners: list[Column] = []
    others: list[Column] = []
    summaries: list[Ignored] = []
    for (_, quantity), group in sorted(groups.items()):
        shared = frozenset(total for total, splits in forms.get(quantity, {}).items() if len(splits) > 1)
        best, *rest = sorted(group, key=lambda c: preference(c, shared))
        winners.append(best)
        for column in rest:
            if column.points == 1 < best.points:
                summaries.append(Ignored(column.series.name, SUMMARY))
            else:
                others.append(column)
    return winners, others, summaries


def _with_roles(
    main: Mapping[str, tuple[Column, ...]], winners: Sequence[Column], others: Sequence[Column]
) -> dict[str, tuple[Column, ...]]:
    """Role -> columns (several: to be summed). No role twice: what comes second gets a longer name."""
    roles: dict[str, tuple[Column, ...]] = {c.role: (c,) for c in winners if c.role}
    for split, columns in main.items():
        roles.setdefault(f"{split}/loss", columns)
    used = {id(c) for columns in roles.values() for c in columns}
    norms = Counter(c.name.base for c in winners if c.name.base in LAYERED)
    numbers: Counter[str] = Counter()
    for column in (*winners, *others):
        if id(column) not in used:
            several = norms[column.name.base] > 1
            roles[_free_role(column, roles, not several, numbers)] = (column,)
    return roles


def _free_role(column: Column, taken: Mapping[str, object], bare_first: bool, numbers: Counter[str]) -> str:
    """The shortest role that is not taken: with grain, `total_` or split in the name, then numbered.

    ``bare_first``: the first of several (``lr/pg0``) goes by the bare name. ``numbers``: the last number that
    each name was given, for the next to go on from there.
    """
    name = column.name
    bare = name.kind is Kind.BARE
    prefix = "" if bare else f"{name.split or 'train'}/"
    quantity = name.base if bare and bare_first and name.base not in taken else name.quantity
    tries = [quantity]
    tries += [f"{quantity}_{name.grain}"] if name.grain else []
    tries += [f"total_{quantity}"] if name.total or name.base == "loss" else []
    tries += [f"{quantity}_{name.split}"] if bare and name.split else []
    for role in (prefix + q for q in tries):
        if role not in taken:
            return role
    role = prefix + quantity
    numbers[role] = next(n for n in count(max(2, numbers[role] + 1)) if f"{role}_{n}" not in taken)
    return f"{role}_{numbers[role]}"


def _curve(role: str, columns: Sequence[Column], reinforcement: bool) -> Curve:
    first = columns[0]
    if len(columns) > 1:
        names = tuple(c.series.name for c in columns)
        return Curve(" + ".join(names), role, first.series.steps, total(columns), False, names)
    name = first.name
    higher: bool | None = None
    if name.kind is Kind.LOSS:
        said = set(name.words)
        aimless = is_adversarial(first) or (reinforcement and said & (v.POLICY | {"entropy"}))
        higher = None if aimless and not role.endswith("/loss") else False
    elif name.kind is Kind.METRIC and name.base in v.QUANTITIES and not set(name.extra) & v.ONE_SIDE:
        higher = v.QUANTITIES[name.base].higher and not role.endswith("/loss")
    return Curve(first.series.name, role, first.series.steps, first.series.values, higher)


def _shown(curve: Curve, metric: str) -> tuple[object, ...]:
    """Order of the curves of a run: losses, the main metric, the rest by name."""
    splits = ("train", "val", "test", "")
    first = 0 if curve.quantity == "loss" else 1 if metric and curve.quantity == metric else 2
    return (first, splits.index(curve.split) if first < 2 else 0, curve.role)
