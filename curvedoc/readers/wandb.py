"""W&B: the ``.wandb`` file of a run (offline or not), its directory, and the history of old versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import NotALogError, UnreadableError

if TYPE_CHECKING:
    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source
    from curvedoc.stores.wandb_log import History

NAME = "wandb"
ABOUT = "W&B: .wandb files, run directories and wandb/ directories, wandb-history.jsonl of old versions"

_MAGIC = b":W&B"


def sniff(source: Source) -> float:
    """How sure it is: certain of what a search found to be a run, and of files by their first bytes."""
    known = source.kind == NAME or (source.kind in ("file", "stdin") and source.head.startswith(_MAGIC))
    return 1.0 if known else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """The run in the file, by its display name; several files are one resumed run.

    Raises :class:`~curvedoc.errors.UnreadableError` when nothing can be read,
    :class:`~curvedoc.errors.NotALogError` when nothing was logged.
    """
    import numpy as np

    from curvedoc.cells import clean_name, column
    from curvedoc.run import Ignored
    from curvedoc.stores.wandb_log import History, log_summaries
    from curvedoc.table import Table, runs

    history = History()
    for part in source.parts():
        _add(part, history)
    notes = _notes(history)
    if not history.rows:
        if not log_summaries(history):
            raise _nothing_in(history, source)
        notes.append(
            "nothing was logged with wandb.log: the updates of the summary were read, in their order."
        )
    columns = [
        column(clean_name(n), cells, np.array(rows, np.int64)) for n, (rows, cells) in history.cells.items()
    ]
    ignored = tuple(Ignored(clean_name(name), kind) for name, kind in history.media.items())
    table = Table(
        _name(history, source),
        source.path,
        NAME,
        tuple(columns),
        history.rows,
        ignored,
        tuple(notes),
    )
    return runs(table, options)


def _add(part: Source, history: History) -> None:
    """Add the records of one file, in either of W&B's formats."""
    from curvedoc.stores.wandb_blocks import HEADER
    from curvedoc.stores.wandb_log import read_log

    data = part.read_bytes()
    if data.startswith(_MAGIC):
        if not data.startswith(HEADER):
            raise UnreadableError(
                "is of a version of W&B that is not known", "Export the run as CSV.", part.path
            )
        read_log(data, history)
        return
    import json

    from curvedoc.records import flat

    for line in data.splitlines():
        try:
            record = json.loads(line, parse_int=float)
        except (ValueError, RecursionError):
            history.lost += len(line)
            continue
        if isinstance(record, dict):
            history.log(dict(flat(record)))


def _name(history: History, source: Source) -> str:
    """The name that the run was given; beside others also its id, for names are often given twice."""
    if history.name and history.key and source.root and history.name != history.key:
        return f"{history.name} ({history.key})"
    return history.name or history.key or source.name.removesuffix(".wandb")


def _notes(history: History) -> list[str]:
    from curvedoc import wording

    notes = []
    if history.lost:
        lost = wording.count(history.lost, "byte")
        notes.append(f"damaged at byte {history.lost_at}: {lost} could not be read and were passed over.")
    if history.cut:
        notes.append("the last record is cut off (still being written?): what is complete was read.")
    return notes


def _nothing_in(history: History, source: Source) -> UnreadableError:
    from curvedoc import wording

    if history.lost:
        problem = f"is damaged at byte {history.lost_at}: no record of a history can be read"
        return UnreadableError(problem, "Copy it again, or name another run.", source.path)
    there = [wording.count(n, what) for what, n in sorted(history.others.items())]
    held = f" (it holds {', '.join(there)})" if there else ""
    fix = "Log the losses with wandb.log, or name another run."
    if history.others.get("printed line"):
        fix = "If the training printed its losses, name files/output.log of the run; else name another run."
    return NotALogError(
        f"is a W&B run without a history: nothing was logged with wandb.log{held}", fix, source.path
    )
