"""Tables inside a text: a header of names, rows of numbers; and names beside values, one pair a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.cells import BLANK, number

from . import words
from .plan import Item, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .scan import Values

WIDEST = 200
"""A line of more cells is data."""

PATIENCE = 6
"""Lines between a header and its first row: rules, progress bars."""

_WHOLE = frozenset(["all", "total", "avg", "mean", "average", "overall", "macro"])
_BARE_LOSSES = frozenset(["box", "obj", "cls", "dfl", "seg", "pose", "kobj", "angle"])
_RULE = re.compile(r"[\s|:+=─━-]*[-=─━]{2,}[\s|:+=─━-]*")
_PAIR = re.compile(r"\|?\s*([^\W\d][^|:=\t]{0,60}?)\s*\|\s*([^\s|]+)\s*(?:\|\s*([^\s|]+)\s*)?\|?\s*")
_TITLE = re.compile(r"\|?[^|]*\|\s*(?:\|\s*)?")
_TOTAL = re.compile(r"(\d+)\s*/\s*\d+")


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns of a table, what sets its cells apart (one blank, several, tabs, bars), and
    how its rows are read."""

    names: tuple[str, ...]
    by: str
    plan: Plan


def cells_of(line: str, by: str) -> list[str]:
    """The cells of a line."""
    if by == "|":
        return [c.strip() for c in line.strip().strip("|").split("|")]
    if by == "\t":
        return [c.strip() for c in line.strip().split("\t")]
    return re.split(r"\s{2,}", line.strip()) if by == "  " else line.split()


def header_in(line: str) -> list[Header]:
    """The headers that a line may be, by each way to cut it; none for prose."""
    if len(line) > 2000 or not any(c.isalpha() for c in line):
        return []
    ways = ["|"] if "|" in line else ["\t"] if "\t" in line.strip() else ["  ", " "]
    found = []
    for by in ways:
        names = [_title(c) for c in cells_of(line, by)]
        if not (2 if by == "|" else 3) <= len(names) <= WIDEST or len({*names} - {""}) < len(names):
            continue
        if any(len(n) > 32 or len(n.split()) > 4 or not re.search(r"[^\W\d]|#", n) for n in names):
            continue
        known = [bool(words.counter(n)) or words.is_curve(n) for n in names]
        if any(known) and (by != " " or sum(known) * 4 >= len(names)):
            found.append(Header(tuple(names), by, _plan(names)))
    return found


def _title(cell: str) -> str:
    """A name in a header without the ornaments around it (``Box(P`` is ``P``)."""
    return re.sub(r"^\w+\(", "", cell.strip(" *:`'\"")).strip("() ")


def _plan(names: Sequence[str]) -> Plan:
    counters: dict[str, int] = {}
    items = []
    older = "gpu_mem" in {n.lower() for n in names}  # Ultralytics: `box obj cls` are losses
    spacy = {"#", "SCORE"} <= set(names)  # losses of the training beside scores of the evaluation
    for at, name in enumerate(names):
        counted = words.counter(name)
        if counted and counted not in counters and not (counted == "image" or name.lower() == "images"):
            counters[counted] = at
        else:
            split = "val" if spacy and not name.startswith("LOSS") else ""
            items.append(Item(f"{name}_loss" if older and name in _BARE_LOSSES else name, at, split))
    return Plan(tuple(counters.items()), tuple(items), grid=True)


def row_of(header: Header, line: str) -> list[float | None] | None:
    """The values of a row of this table; an empty list for a row of one class or one item; None: no row."""
    cells = cells_of(line, header.by)
    if len(cells) != len(header.names):
        return None
    values: list[float | None] = []
    texts = 0
    for cell in cells:
        whole = _TOTAL.fullmatch(cell)
        value = number(whole[1] if whole else cell)
        if value is None and cell not in BLANK and not cell[:1].isdigit():
            texts += cell.lower() not in _WHOLE
        values.append(value)
    if any(values[at] is None for _, at in header.plan.counters):
        return None
    if sum(v is not None for v in values) * 2 < len(cells):
        return None
    return [] if texts and header.by != "|" and not header.plan.counters else values


def is_header(line: str) -> bool:
    """Whether a line with numbers in its words is the header of a table (``Class P R mAP@.5:.95``)."""
    return not any(cell[:1].isdigit() for cell in line.split()) and any(
        len(h.names) > 4 for h in header_in(line)
    )


def is_rule(line: str) -> bool:
    """Whether a line only underlines (``---- ----``, ``|:---|``)."""
    return _RULE.fullmatch(line) is not None


def pair_in(line: str) -> tuple[str, float | None, float | None] | None:
    """Name and value (or two values) of a line ``| name | 0.5 |``."""
    found = _PAIR.fullmatch(line) if "|" in line else None
    if not found or (found[3] is None and line.count("|") < 2):
        return None
    first = number(found[2])
    if first is None and found[2] not in BLANK:
        return None
    return found[1].strip(), first, number(found[3]) if found[3] else None


def is_title(line: str) -> bool:
    """Whether a line stands between pairs as a title without a value (``| rollout/ |     |``)."""
    return _TITLE.fullmatch(line) is not None


def titles_in(line: str) -> tuple[str, str] | None:
    """The two splits that a line sets side by side above pairs of values (``Training |  Validation``)."""
    cells = [c.strip() for c in line.strip().strip("|").split("|") if c.strip()]
    if len(cells) == 2 and all(words.SPLIT.fullmatch(c) for c in cells):
        return cells[0], cells[1]
    return None


def block_of(
    pairs: Sequence[tuple[str, float | None, float | None]], titles: tuple[str, str]
) -> tuple[Plan, Values]:
    """The pairs of consecutive lines as one line of values."""
    counters: dict[str, int] = {}
    items: list[Item] = []
    values: list[float | None] = []
    for name, first, second in pairs:
        counted = words.counter(name)
        if counted and counted not in counters and second is None:
            counters[counted] = len(values)
        else:
            items.append(Item(name, len(values), titles[0]))
            if second is not None:
                items.append(Item(name, len(values) + 1, titles[1] or "second"))
                values.append(first)
                first = second
        values.append(first)
    return Plan(tuple(counters.items()), tuple(items), grid=True), values
