"""Large JSON Lines with numpy: lines that differ in their numbers alone are decoded together.

Most lines of a log have the keys of the line before, so all but their numbers is known. One line is parsed,
and whatever equals it in every other byte is read at the places found in it; all other lines are parsed one
by one. The columns are the same as from parsing every line, to the bit.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from .cells import Column, clean_name, column
from .decimals import MARGIN, parse
from .records import CLOSING, Cells, Read, flat, parse_object
from .stream import keep_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .cells import TextColumn
    from .decimals import Bytes, Indices, Mask
    from .run import FloatArray

_LAYOUTS = 12  # of a file; the lines of further ones are parsed one by one
_STRANGE = 8  # lines of a block that are no layout, after which no more are looked at
_MANY = 24  # lines of one layout in a block; fewer are parsed sooner
_FIELD = rb"(.*?)(-?\d[-+.\deE]*|null|NaN|-?Infinity)([\s}]*)"
_TAIL = b" " * 64  # behind the last line, for words that begin in it


class _Irregular(Exception):  # noqa: N818 - no mistake: every line is parsed then
    """The text is not what this can look at."""


class _Field(NamedTuple):
    """What stands between two commas: a number between two texts, or (``after`` None) text alone."""

    name: str
    before: bytes
    after: bytes | None


class _Layout(NamedTuple):
    """The fields of a line, and the values that are the same in all such lines."""

    fields: tuple[_Field, ...]
    fixed: tuple[tuple[int, str, Any], ...]


class _Points(NamedTuple):
    """Values of one name in the lines of one layout, and where there is one (None: in all)."""

    lines: Indices
    values: FloatArray
    here: Mask | None


@dataclass(slots=True)
class _Block:
    """One block of lines: where each begins, which are left to be parsed, and what was decoded."""

    text: bytes
    lines: int
    points: list[tuple[int, _Layout, list[_Points]]] = field(default_factory=list)
    rest: list[tuple[int, bytes]] = field(default_factory=list)


def read_lines(blocks: Iterable[bytes]) -> Read | None:
    """Everything in whole lines of JSON; None when the text is not UTF-8 or its lines do not end in LF."""
    layouts: list[_Layout] = []
    try:
        keep_memory()
        found = [_decoded(block, layouts) for block in blocks]
    except _Irregular:
        return None
    return _gathered(found)


def _decoded(text: bytes, layouts: list[_Layout]) -> _Block:
    """One block with all lines of common layouts decoded; new layouts are added to the list."""
    if b"\r" in text:
        if text.count(b"\r") != text.count(b"\r\n"):
            raise _Irregular
        text = text.replace(b"\r\n", b"\n")
    try:
        text if text.isascii() else text.decode()
    except UnicodeDecodeError:
        raise _Irregular from None
    if text.startswith(b"\xef\xbb\xbf"):
        raise _Irregular
    data = np.frombuffer(b"".join((b" " * MARGIN, text, b"\n" * (not text.endswith(b"\n")), _TAIL)), np.uint8)
    inner = data[: len(data) - len(_TAIL)]
    marks = np.flatnonzero((inner == ord(",")) | (inner == ord("\n")))
    ends = np.flatnonzero(inner[marks] == ord("\n"))  # of lines, among the marks
    sizes = np.diff(ends, prepend=-1)
    block = _Block(text, len(ends))
    other = np.ones(len(ends), bool)
    tried = strange = 0
    while tried < _LAYOUTS and strange < _STRANGE:
        left = np.flatnonzero(other)
        if len(left) < _MANY + strange:
            break
        if tried == len(layouts):
            at = _bounds(marks, ends, int(left[strange]))
            layout = _layout(data[at[0] : at[1]].tobytes())
            if layout is None:
                strange += 1
                continue
            layouts.append(layout)
        layout = layouts[tried]
        tried += 1
        width = len(layout.fields)
        fit = left[sizes[left] == width]
        if len(fit) >= _MANY:
            at = marks[ends[fit] + np.arange(1 - width, 1)[:, None]]
            begin = np.where(ends[fit] >= width, marks[ends[fit] - width] + 1, MARGIN)
            points = _points(data, layout, begin, at, fit)
            if points:
                block.points.append((int(points[0].lines[0]), layout, points))
                other[points[0].lines] = False
    for i in np.flatnonzero(other).tolist():
        begin_at, end_at = _bounds(marks, ends, i)
        block.rest.append((i, data[begin_at:end_at].tobytes()))
    return block


def _bounds(marks: Indices, ends: Indices, line: int) -> tuple[int, int]:
    """Where a line begins and ends."""
    return int(marks[ends[line - 1]]) + 1 if line else MARGIN, int(marks[ends[line]])


def _layout(line: bytes) -> _Layout | None:
    """How a line is laid out; None when it is not made of names and single values.

    Proven, not guessed: with other numbers in it, the line must give these under the same names.
    """
    pieces = line.split(b",")
    matches = [re.fullmatch(_FIELD, piece, re.DOTALL) for piece in pieces]
    if b"[" in line or not line.isascii():
        return None
    proof = ",".join(
        f"{m[1].decode()}{i}.5{m[3].decode()}" if m else piece.decode()
        for i, (m, piece) in enumerate(zip(matches, pieces, strict=True))
    )
    record = parse_object(proof)
    if (
        record is None
        or not CLOSING.isdisjoint(record)
        or any(k.startswith("_") and isinstance(v, dict) for k, v in record.items())
    ):
        return None
    leaves = list(flat(record))
    if len(leaves) != len(pieces):
        return None
    fields, fixed = [], []
    for i, (m, piece, (name, value)) in enumerate(zip(matches, pieces, leaves, strict=True)):
        if m and value == i + 0.5:
            fields.append(_Field(name, m[1], m[3]))
        elif m or not isinstance(value, str | bool):
            return None
        else:
            fields.append(_Field(name, piece, None))
            fixed.append((i, name, value))
    return _Layout(tuple(fields), tuple(fixed))


def _points(data: Bytes, layout: _Layout, begin: Indices, ends: Indices, lines: Indices) -> list[_Points]:
    """The points by field of those lines that are laid out so; ``ends``: shape (fields, lines)."""
    same = np.ones(len(lines), bool)
    found: list[tuple[FloatArray, Mask] | None] = []
    for part, end in zip(layout.fields, ends, strict=True):
        after = part.after or b""
        first, last = begin + len(part.before), end - len(after)
        same &= (last > first) if part.after is not None else (last == first)
        same &= _holds(data, begin, part.before)
        if after:
            same &= _holds(data, np.maximum(last, MARGIN), after)
        begin = end + 1
        found.append(None)
        if part.after is not None and same.any():
            first, last = np.where(same, first, MARGIN), np.where(same, last, MARGIN)
            values, here, fit = _numbers(data, first, last)
            same &= fit
            found[-1] = values, here
    if same.all():
        return [_Points(lines, f[0], None if f[1].all() else f[1]) for f in found if f]
    if not same.any():
        return []
    own = lines[same]
    return [_Points(own, f[0][same], f[1][same]) for f in found if f]


def _holds(data: Bytes, at: Indices, text: bytes) -> Mask:
    """Whether ``text`` stands at these places."""
    width = -(-len(text) // 8) * 8
    if not width:
        return np.ones(len(at), bool)
    if width > len(_TAIL):
        rows = np.lib.stride_tricks.sliding_window_view(data, len(text))
        inside = np.minimum(at, len(rows) - 1)
        return cast("Mask", (rows[inside] == np.frombuffer(text, np.uint8)).all(axis=1))
    windows = np.ndarray((len(data) - width + 1,), f"V{width}", data, 0, (1,))
    words = windows[at].view(np.dtype("<u8")).reshape(len(at), -1)
    wanted = np.frombuffer(text.ljust(width, b"\0"), "<u8")
    masks = np.frombuffer((b"\xff" * len(text)).ljust(width, b"\0"), "<u8")
    wrong = np.zeros(len(at), np.uint64)
    for i, (word, mask) in enumerate(zip(wanted, masks, strict=True)):
        wrong |= (words[:, i] ^ word) & mask
    return cast("Mask", wrong == 0)


def _numbers(data: Bytes, first: Indices, last: Indices) -> tuple[FloatArray, Mask, Mask]:
    """The JSON numbers between two places: values, where there is one (not null), where it is either."""
    values, odd = parse(data, first, last, strict=True)
    here = np.ones(len(values), bool)
    fit = np.ones(len(values), bool)
    for i in np.flatnonzero(odd).tolist():
        text = data[first[i] : last[i]].tobytes()
        try:
            value = json.loads(text, parse_int=float) if text.strip() == text else ""
        except ValueError:
            value = ""
        if value is None:
            here[i] = False
        elif type(value) is float:
            values[i] = value
        else:
            fit[i] = False
    return values, here, fit


@dataclass(slots=True)
class _Name:
    """All there is of one name: points of layouts, fixed values by line, and cells of single lines."""

    first: tuple[int, int]
    points: list[_Points] = field(default_factory=list)
    fixed: list[tuple[Indices, Any]] = field(default_factory=list)
    cells: tuple[Sequence[int], Sequence[Any]] = ((), ())


def _gathered(blocks: list[_Block]) -> Read:
    """The columns out of all blocks, in the order in which their names came."""
    names: dict[str, _Name] = {}
    single = Cells()
    made: list[Mask] = []
    base = blank = broken = 0
    cut = False
    for block in blocks:
        rows = np.zeros(block.lines, bool)
        for first, layout, points in block.points:
            numbered, lines = iter(points), points[0].lines + base
            rows[points[0].lines] = True
            for place, part in enumerate(layout.fields):
                name = names.setdefault(part.name, _Name((base + first, place)))
                name.first = min(name.first, (base + first, place))
                if part.after is not None:
                    name.points.append(next(numbered)._replace(lines=lines))
            for _, text, value in layout.fixed:
                names[text].fixed.append((lines, value))
        ends, bad = block.lines - 1, -1
        empty: set[int] = set()
        for i, line in block.rest:
            record = parse_object(line)
            if record is not None:
                rows[i] = single.add(record, base + i)
            elif line.strip():
                broken, bad = broken + 1, i
            else:
                empty.add(i)
        blank += len(empty)
        while ends in empty:
            ends -= 1
        cut = ends == bad if ends >= 0 else cut
        base += block.lines
        made.append(rows)
    for place, (text, cells) in enumerate(single.cells.items()):
        name = names.setdefault(text, _Name((cells[0][0], place)))
        name.first, name.cells = min(name.first, (cells[0][0], place)), cells
    every = np.concatenate(made) if made else np.zeros(0, bool)
    row_of = None if every.all() else np.cumsum(every) - 1
    ordered = sorted(names, key=lambda text: names[text].first)
    shared: dict[tuple[int, ...], tuple[Indices, bool]] = {}
    columns = [_column(clean_name(text), names[text], row_of, shared) for text in ordered]
    return Read(columns, int(every.sum()), single.noted(), base - blank, broken, cut)


def _column(
    name: str, own: _Name, row_of: Indices | None, shared: dict[tuple[int, ...], tuple[Indices, bool]]
) -> Column | TextColumn:
    """One column out of its parts, in the order of lines; names that stand in the same lines share them."""
    at, cells = own.cells
    if own.fixed or not set(map(type, cells)) <= {float, type(None)}:
        return _mixed(name, own, row_of)
    lines = [p.lines if p.here is None else p.lines[p.here] for p in own.points]
    values = [p.values if p.here is None else p.values[p.here] for p in own.points]
    kept = [(i, v) for i, v in zip(at, cells, strict=True) if v is not None]
    if kept:
        lines.append(np.array([i for i, _ in kept], np.int64))
        values.append(np.array([v for _, v in kept], np.float64))
    plain = not kept and all(p.here is None for p in own.points)
    key = tuple(map(id, lines))  # of arrays that the blocks hold, so none of them is another one's
    rows, in_order = (shared.get(key) if plain else None) or _rows(lines, row_of)
    if plain:
        shared[key] = rows, in_order
    joined = np.concatenate([np.empty(0), *values])
    own.points = [p._replace(values=joined[:0]) for p in own.points]  # as large as the column itself
    if not in_order:
        order = np.argsort(rows, kind="stable")
        rows, joined = rows[order], joined[order]
    return Column(name, rows, joined)


def _rows(lines: list[Indices], row_of: Indices | None) -> tuple[Indices, bool]:
    """The rows of lines, and whether they ascend."""
    joined = np.concatenate([np.empty(0, np.int64), *lines])
    rows = joined if row_of is None else row_of[joined]
    return rows, not bool((rows[1:] < rows[:-1]).any())


def _mixed(name: str, own: _Name, row_of: Indices | None) -> Column | TextColumn:
    """A column with other things than numbers in it, cell by cell."""
    cells = dict(zip(*own.cells, strict=True))
    for p in own.points:
        here = [True] * len(p.lines) if p.here is None else p.here.tolist()
        cells |= {
            i: v if h else None for i, v, h in zip(p.lines.tolist(), p.values.tolist(), here, strict=True)
        }
    for lines, value in own.fixed:
        cells |= dict.fromkeys(lines.tolist(), value)
    rows = np.array(sorted(cells), np.int64)
    return column(name, [cells[i] for i in rows.tolist()], rows if row_of is None else row_of[rows])
