"""Which runs are one experiment repeated: seeds, folds, trials, told by what differs in their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS = {
    "seed": "seed|random_?state",
    "fold": "fold|kfold|cv|split",
    "trial": "trial",
    "repeat": "repeat|rep|replicate",
    "run": "run|version|exp|experiment|attempt|try|job|slurm|part",
}
"""What a number in a name counts, by the word in front of it. A number behind another word may be a setting
(``lr_0.1``, ``resnet50``) and groups nothing."""

_MEMBER = re.compile(
    r"(?<![A-Za-z])(?:"
    + "|".join(f"(?P<{kind}>{words})s?" for kind, words in _KINDS.items())
    + r")(?P<mark>[_\-= .]?)(?P<number>\d+)(?![\d.]*\d)"
    r"|(?<=#)(?P<part>\d+)$|(?:(?<=/)|^)(?P<bare>\d{1,4})(?=/|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Family:
    """Runs whose names differ only in counted numbers.

    ``name``: what they share, ``*`` for the numbers. ``varies``: what is counted and how many values
    it takes, ``(("seed", 3), ("fold", 5))``. ``members``: the places of the runs in what was asked about.
    """

    name: str
    varies: tuple[tuple[str, int], ...]
    members: tuple[int, ...]

    @property
    def size(self) -> str:
        """``"5 seeds"``, ``"3 seeds × 5 folds"``; ``"7 runs"`` where some combinations are missing."""
        whole = 1
        for _, n in self.varies:
            whole *= n
        if whole != len(self.members):
            return f"{len(self.members)} runs"
        return " × ".join(f"{n} {kind}s" for kind, n in self.varies)


def families(names: Sequence[str]) -> list[Family]:
    """The families of two and more among runs of these names, in the order of their first runs.

    >>> [(f.size, f.name) for f in families(["a/seed_0", "a/seed_1", "b/seed_0", "resnet18", "resnet34"])]
    [('2 seeds', 'a/seed_*')]
    """
    groups: dict[str, list[int]] = {}
    numbers: list[list[tuple[str, str]]] = []
    for place, name in enumerate(names):
        found = list(_MEMBER.finditer(name))
        numbers.append([_counted(match) for match in found])
        if found:
            groups.setdefault(_MEMBER.sub(_masked, name), []).append(place)
    made = []
    for name, members in groups.items():
        kinds = [kind for kind, _ in numbers[members[0]]]
        values = [{numbers[m][i][1] for m in members} for i in range(len(kinds))]
        varies = [(kind, len(v)) for kind, v in zip(kinds, values, strict=True) if len(v) > 1]
        if varies:
            shown = _with_constants(name, [v.copy().pop() if len(v) == 1 else "*" for v in values])
            made.append(Family(shown, tuple(varies), tuple(members)))
    return made


def shape(name: str) -> str:
    """The name with a star for every counted number: equal for all runs that could be one experiment.

    >>> shape("resnet18/seed_3/log")
    'resnet18/seed_*/log'
    """
    return _MEMBER.sub(lambda match: _masked(match).replace(_HOLE, "*"), name)


def _counted(match: re.Match[str]) -> tuple[str, str]:
    """What a number counts, and the number."""
    if match["number"] is None:
        return "run", (match["part"] or match["bare"]).lstrip("0")
    return next(kind for kind in _KINDS if match[kind]), match["number"].lstrip("0")


_HOLE = "\0"


def _masked(match: re.Match[str]) -> str:
    return match[0][: -len(match["number"] or match["part"] or match["bare"])] + _HOLE


def _with_constants(masked: str, numbers: list[str]) -> str:
    """The shared name: a number that is the same everywhere stays, the others are stars."""
    pieces = masked.split(_HOLE)
    return "".join(p + n for p, n in zip(pieces, [*(n or "0" for n in numbers), ""], strict=True))
