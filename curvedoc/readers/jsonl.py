"""JSON Lines: one JSON object per line, one line per log call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curvedoc.errors import NotALogError, UnreadableError
from curvedoc.records import columns
from curvedoc.source import HEAD_BYTES, lines_of
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
    share = sum(_object(line) is not None for line in lines) / len(lines)
    named = source.filename.endswith((".jsonl", ".ndjson"))
    if len(lines) == 1 and not named:
        return 0.4 * share
    return (0.95 if named else 0.9) if share > BROKEN or (named and share) else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in the file; lines that are no JSON objects are skipped and counted in a note."""
    lines = [line for line in lines_of(source.text()) if line.strip()]
    records, broken = parse(lines)
    if not records or broken > BROKEN * len(lines):
        where = f"{broken} of {len(lines)} lines are no JSON objects"
        raise UnreadableError(
            where, "JSON Lines hold one {…} per line; other formats: --reader.", source.path
        )
    notes = []
    if broken:
        last = " (the last one is cut off)" if _object(lines[-1]) is None else ""
        notes.append(f"{broken} of {len(lines)} lines are no JSON objects and were skipped{last}.")
    made, rows, ignored = columns(records)
    if not rows:
        raise NotALogError(
            "holds no values, only empty records", "Name the log with the losses.", source.path
        )
    return runs(
        Table(source.name, source.path, NAME, tuple(made), rows, tuple(ignored), tuple(notes)), options
    )


def parse(lines: list[str]) -> tuple[list[dict[str, Any]], int]:
    """The objects in these lines, and how many lines are none."""
    try:
        whole = json.loads("[" + ",".join(lines) + "]", parse_int=float)
    except (ValueError, RecursionError):
        whole = None
    if whole is None or len(whole) != len(lines):
        whole = [_object(line) for line in lines]
    records = [r for r in whole if isinstance(r, dict)]
    return records, len(lines) - len(records)


def _object(line: str) -> dict[str, Any] | None:
    """The object on a line, or None."""
    try:
        value = json.loads(line, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
