"""What the user asked for by name: ``--map role=name`` and ``--metric name``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest

from . import vocabulary as v
from .losses import listed
from .placing import Column
from .tokens import Kind, Name, read_name, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curvedoc.run import Logged, Series

_ROLES = "Write split/quantity (train/loss, val/loss, val/accuracy, test/f1) or lr, grad_norm, weight_norm."


def mapped(logged: Logged, mapping: Mapping[str, str]) -> list[Column]:
    """The columns of ``--map``, each with its role."""
    given: dict[str, Column] = {}
    for wanted_role, logged_name in mapping.items():
        role, name = _role(wanted_role)
        series = _find(logged, logged_name)
        if series is None:
            raise UsageError(
                _not_logged(logged, logged_name), "Use one of the logged names in --map role=name."
            )
        if any(c.series is series for c in given.values()):
            raise UsageError(f"--map gives {logged_name!r} two roles.", "Map each logged name once.")
        if role in given:
            raise UsageError(f"--map gives {role} two columns.", "Map each role once.")
        given[role] = Column(series, name, role, given=True)
    return list(given.values())


def wanted_metric(logged: Logged, metric: str | None, given: Sequence[Column]) -> list[Column]:
    """The logged name asked for as metric, on every split, when habit would not read it as one."""
    series = _find(logged, metric) if metric else None
    if series is None:
        return []
    _, wanted = _unsplit(series)
    found = []
    for candidate in logged.series:
        split, quantity = _unsplit(candidate)
        free = not any(c.series is candidate for c in given)
        if free and quantity == wanted and read_name(candidate.name).kind not in (Kind.METRIC, Kind.LOSS):
            name = Name(Kind.METRIC, split=split, base=quantity, words=words(candidate.name))
            found.append(Column(candidate, name, given=True))
    return found


def wanted_quantity(metric: str | None, placed: Mapping[str, tuple[Column, ...]]) -> str:
    """The quantity that ``metric`` asks for among the curves; ``""`` when nothing is asked."""
    if not metric:
        return ""
    named = {role: {c.series.name.strip().lower() for c in columns} for role, columns in placed.items()}
    for role, names in named.items():
        if metric.strip().lower() in names and "/" in role:
            if role.endswith("/loss"):
                raise UsageError(f"{metric!r} is read as {role}.", "Name a metric, or --map another loss.")
            return role.split("/", 1)[1]
    quantities = {role.split("/", 1)[1] for role in placed if "/" in role and not role.endswith("/loss")}
    for quantity in (metric, read_name(metric).quantity):
        if quantity in quantities:
            return quantity
    known = sorted(quantities | {c.series.name for columns in placed.values() for c in columns})
    raise UsageError(
        f"No metric {metric!r} in the log.{nearest(metric, known)} "
        f"Metrics found: {listed(sorted(quantities)) or 'none'}.",
        "Give a metric or a logged name with --metric; `curvedoc columns` lists them.",
    )


def _find(logged: Logged, wanted: str) -> Series | None:
    """The series of that name; case and surrounding blanks do not count when nothing else matches."""
    exact = (s for s in logged.series if s.name == wanted)
    loose = (s for s in logged.series if s.name.strip().lower() == wanted.strip().lower())
    return next(exact, None) or next(loose, None)


def _unsplit(series: Series) -> tuple[str, str]:
    """Split and the other words of a name, whatever they are."""
    said = words(series.name)
    split = next((v.SPLITS[w] for w in reversed(said) if w in v.SPLITS), "")
    return split, "_".join(w for w in said if w not in v.SPLITS) or series.name


def _role(wanted: str) -> tuple[str, Name]:
    """A role as the user writes it (``"valid/loss"``, ``"val_loss"``, ``"lr"``) -> role and name."""
    name = read_name(wanted)
    split, _, quantity = wanted.strip().partition("/")
    if not quantity or split.lower() not in v.SPLITS:
        if name.kind is Kind.BARE:
            return name.quantity, replace(name, split="")
        if name.kind not in (Kind.LOSS, Kind.METRIC) or "/" in wanted:
            raise UsageError(f"--map: {wanted!r} is no role.", _ROLES)
        split, quantity = name.split or "train", name.quantity
    split = v.SPLITS[split.lower()]
    if name.kind not in (Kind.LOSS, Kind.METRIC) or name.quantity != quantity:
        name = Name(Kind.METRIC, base=quantity)
    return f"{split}/{quantity}", replace(name, split=split, words=(quantity,))


def _not_logged(logged: Logged, wanted: str) -> str:
    skipped = next((i.reason for i in logged.ignored if i.name == wanted), "")
    if skipped:
        return f"The column {wanted!r} cannot be used: {skipped}."
    names = sorted(s.name for s in logged.series)
    return f"No column {wanted!r} in the log.{nearest(wanted, names)} Found: {listed(names) or 'none'}."
