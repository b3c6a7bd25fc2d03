"""Which new runs are compared with which runs of the baseline: experiments by name, repeats together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.families import families, shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .summary import Summary


@dataclass(frozen=True, slots=True)
class Group:
    """Runs of one experiment: its name (``seed_*`` for the counted part) and the places of its runs."""

    name: str
    members: tuple[int, ...]

    def of(self, runs: Sequence[Summary]) -> list[Summary]:
        """Its runs."""
        return [runs[place] for place in self.members]


@dataclass(frozen=True, slots=True)
class Matched:
    """Pairs of (new group, baseline group), and what has no counterpart on either side."""

    pairs: tuple[tuple[Group, Group], ...]
    new_alone: tuple[Group, ...] = ()
    base_alone: tuple[Group, ...] = ()


def groups(names: Sequence[str], repeats: bool = False) -> list[Group]:
    """Runs by experiment: families of seeds and folds, every other run alone; all in one with ``repeats``."""
    if repeats and names:
        return [Group(names[0] if len(names) == 1 else "all runs", tuple(range(len(names))))]
    found = [Group(family.name, family.members) for family in families(names)]
    taken = {place for group in found for place in group.members}
    alone = [Group(name, (place,)) for place, name in enumerate(names) if place not in taken]
    return sorted([*found, *alone], key=lambda group: group.members)


def match(new: Sequence[Summary], base: Sequence[Summary], repeats: bool = False) -> Matched:
    """Pair the experiments of both sides: one against one whatever the names, several by name.

    A name may also be the end of the other's path (``a/log``, ``main/a/log``), if it is of no other's.
    """
    sides = groups([run.name for run in new], repeats), groups([run.name for run in base], repeats)
    if len(sides[0]) == len(sides[1]) == 1:
        return Matched(((sides[0][0], sides[1][0]),))
    pairs, alone, left = [], [], list(sides[1])
    for group in sides[0]:
        found = _counterpart(group, sides[1], sides[0])
        if found is None:
            alone.append(group)
        else:
            pairs.append((group, found))
            left = [other for other in left if other is not found]
    return Matched(tuple(pairs), tuple(alone), tuple(left))


def _counterpart(group: Group, others: Sequence[Group], own: Sequence[Group]) -> Group | None:
    """The other side's group of this name; else the only one of which one name is the end of the other's."""
    equal = [other for other in others if shape(other.name) == shape(group.name)]
    if equal:
        return equal[0] if len(equal) == 1 else next((o for o in equal if o.name == group.name), None)
    near = [other for other in others if _ends_alike(group.name, other.name)]
    rivals = [g for g in own if near and _ends_alike(g.name, near[0].name)]
    return near[0] if len(near) == len(rivals) == 1 else None


def _ends_alike(a: str, b: str) -> bool:
    short, long = sorted((shape(a).split("/"), shape(b).split("/")), key=len)
    return long[-len(short) :] == short
