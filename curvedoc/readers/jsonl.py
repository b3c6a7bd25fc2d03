"""JSON Lines: one JSON object per line, one line per log call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curvedoc.encoding import lines_of
from curvedoc.errors import NotALogError, UnreadableError
from curvedoc.records import Read, columns, parse_object
from curvedoc.source import HEAD_BYTES
from curvedoc.stream import all_text, blocks, is_large
from curvedoc.table import Table, runs

if TYPE_CHECKING:
    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source

NAME = "jsonl"
ABOUT = "JSON Lines (.jsonl, .ndjson, .json, .txt): one object per line"

BROKEN = 0.5
"""A file of whose lines more than half are no JSON is something else."""


def sniff(source: Source) -> float:
    """How sure it is, in [0, 1]: the share of whole lines in the head that are JSON objects."""
    lines = [line for line in lines_of(source.head_text) if line.strip()]
    if len(source.head) >= HEAD_BYTES and len(lines) > 1:
        lines.pop()
    lines = lines[:20]
    if not lines or not any(line.lstrip().startswith("{") for line in lines):
        return 0.0
    share = sum(parse_object(line) is not None for line in lines) / len(lines)
    named = source.filename.endswith((".jsonl", ".ndjson"))
    if len(lines) == 1 and not named:
        return 0.4 * share
    return (0.95 if named else 0.9) if share > BROKEN or (named and share) else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in the file; lines that are no JSON objects are skipped and counted in a note."""
    found = (_in_bulk(source) if is_large(source) else None) or _one_by_one(all_text(source))
    return runs_in(found, source, options)


def runs_in(found: Read, source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in what the lines of a file hold; raises UnreadableError where too few of them are JSON."""
    broken, lines = found.broken, found.lines
    if broken == lines or broken > BROKEN * lines:
        where = f"{broken} of {lines} lines are no JSON objects"
        raise UnreadableError(
            where, "JSON Lines hold one {…} per line; other formats: --reader.", source.path
        )
    notes = []
    if broken:
        last = " (the last one is cut off)" if found.cut else ""
        notes.append(f"{broken} of {lines} lines are no JSON objects and were skipped{last}.")
    if not found.rows:
        raise NotALogError(
            "holds no values, only empty records", "Name the log with the losses.", source.path
        )
    table = Table(
        source.name, source.path, NAME, tuple(found.columns), found.rows, tuple(found.ignored), tuple(notes)
    )
    return runs(table, options)


def _in_bulk(source: Source) -> Read | None:
    """A large file; None when its lines must be parsed."""
    from curvedoc.lines import read_lines

    try:
        return read_lines(blocks(source))
    except ValueError:  # a line too long for a record
        return None


def _one_by_one(text: str) -> Read:
    """All lines parsed."""
    lines = [line for line in lines_of(text) if line.strip()]
    records, broken = parse(lines)
    made, rows, ignored = columns(records)
    cut = bool(lines) and broken > 0 and parse_object(lines[-1]) is None
    return Read(made, rows, ignored, len(lines), broken, cut)


def parse(lines: list[str]) -> tuple[list[dict[str, Any]], int]:
    """The objects in these lines, and how many lines are none."""
    try:
        whole = json.loads("[" + ",".join(lines) + "]", parse_int=float)
    except (ValueError, RecursionError):
        whole = None
    if whole is None or len(whole) != len(lines):
        whole = [parse_object(line) for line in lines]
    records = [r for r in whole if isinstance(r, dict)]
    return records, len(lines) - len(records)
