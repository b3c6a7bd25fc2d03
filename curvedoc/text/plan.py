"""What is read from all lines of one layout."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from curvedoc.naming.tokens import Kind

from . import words


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a line: its key, the place of its number among those of the line, and the split that an
    earlier word of the line names. ``mean``, ``of``: the places of the average behind it (``0.5 (0.6)``) and
    of what it is a share of (``98/100``), or -1."""

    key: str
    at: int
    split: str = ""
    mean: int = -1
    of: int = -1
    factor: float = 1.0

    @property
    def name(self) -> str:
        """The logged name: the key, behind the split when the key does not name one itself."""
        return named(self.key, self.split)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How the lines of one layout are read; there is one for each layout.

    ``counters``: names and places of what counts; ``inner``: the places of ``k`` and ``n`` of a progress
    ``k/n`` without a name (-1: none); ``split``: what the line says of all its values; ``bar``: a state of a
    progress bar; ``grid``: a row of a table; ``leading``: the counter is a number without a name. The other
    fields follow from these and are worked out once, for there are many lines of each layout.
    """

    counters: tuple[tuple[str, int], ...] = ()
    items: tuple[Item, ...] = ()
    inner: tuple[int, int] = (-1, -1)
    split: str = ""
    bar: bool = False
    grid: bool = False
    leading: bool = False
    signature: tuple[object, ...] = field(init=False)
    names: tuple[str, ...] = field(init=False)
    kinds: frozenset[Kind] = field(init=False)
    evaluates: bool = field(init=False)

    def __post_init__(self) -> None:
        names = tuple(i.name for i in self.items)
        counted = tuple(name for name, _ in self.counters)
        inner = self.inner[0] >= 0
        said = [i.split or words.own_split(i.key) for i in self.items] or [self.split]
        worked_out = {
            "signature": (counted, names, self.split, inner, self.bar),
            "names": names,
            "kinds": frozenset(words.kind(n) for n in names),
            "evaluates": all(s and not s.lower().startswith("tr") for s in said),
        }
        for name, value in worked_out.items():
            object.__setattr__(self, name, value)

    @property
    def is_curve(self) -> bool:
        """Whether a value is named as a loss or a metric (or as a split alone: ``250 val 3.2``)."""
        return not self.kinds.isdisjoint((Kind.LOSS, Kind.METRIC, Kind.SPLIT_ONLY))


def named(key: str, split: str) -> str:
    """A key with the split in front, unless it names one itself or is neither loss, metric nor unknown."""
    if not split or words.own_split(key) or words.kind(key) in (Kind.BARE, Kind.IGNORED):
        return key
    return f"{split}/{key}"


def in_split(plan: Plan, split: str) -> Plan:
    """The same with a split for the values that name none."""
    return replace(
        plan, split=split, items=tuple(i if i.split else replace(i, split=split) for i in plan.items)
    )
