"""Label files: which log is in which state, as careful people read it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NOT_OVERFITTING = "not_overfitting"
"""A binary negative: any state but overfitting is right."""
NOT_A_LOG = "not_a_training_log"
"""Must be refused."""
UNLABELLED = "unlabelled"
"""Passed over."""
KNOWN = (*(state.value for state in State), NOT_OVERFITTING, NOT_A_LOG)
REQUIRED = ("path", "primary")
# A column may be missing; the first of these that a file has speaks.
GROUP = ("group", "repo")
SOURCE = ("source", "format")


@dataclass(frozen=True, slots=True)
class Label:
    """What is true of one log.

    ``primary`` is a state, ``"not_overfitting"`` or ``"not_a_training_log"``; ``acceptable`` holds it and
    whatever else careful raters would accept. ``group``: runs that resemble each other (the path where none
    is given). ``source`` and ``tier`` are ``""`` when not given; ``part`` names the label file.
    """

    path: Path
    primary: str
    acceptable: frozenset[str]
    group: str
    source: str = ""
    tier: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """The rows of label files; ``unlabelled`` counts the rows passed over."""

    rows: tuple[Label, ...]
    unlabelled: int = 0


def read_labels(files: Sequence[Path | str], parts: Sequence[str] = ()) -> Labels:
    """Every label in the CSV files ``files``, in order; paths in them are relative to their file.

    Columns: ``path``, ``primary``; optional ``acceptable`` (split by ``|``), ``tier``, ``group`` or ``repo``,
    ``source`` or ``format``. ``parts`` names the files (default: as given). Raises
    :class:`~curvedoc.errors.UsageError` for a file, column or state that is not there, for a log that is
    labelled twice, and when no row is labelled.
    """
    rows: list[Label] = []
    unlabelled = 0
    for i, name in enumerate(files):
        file = Path(name)
        part = parts[i] if parts else str(name)
        for line, row in _table(file):
            if (row.get("primary") or "").strip() == UNLABELLED:
                unlabelled += 1
            else:
                rows.append(_label(file, line, row, part))
    if not rows:
        problem = "holds no labelled log" + (f", only {unlabelled} rows 'unlabelled'" if unlabelled else "")
        raise UsageError(problem, "Write one row per log: path,primary.", ", ".join(map(str, files)))
    _once(rows)
    return Labels(tuple(rows), unlabelled)


def _table(file: Path) -> list[tuple[int, Mapping[str, str]]]:
    """(line, row) of a CSV file with the required columns."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            rows = [(reader.line_num, row) for row in reader]
            columns = [name.strip() for name in reader.fieldnames or () if name]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = (error.strerror or "no file") if isinstance(error, OSError) else "it is no CSV text"
        raise UsageError(
            f"the labels cannot be read: {why}", "Name a CSV file with columns path and primary.", str(file)
        ) from error
    for wanted in REQUIRED:
        if wanted not in columns:
            held = ", ".join(columns) or "nothing"
            raise UsageError(
                f"has no column '{wanted}' (it holds {held}).{nearest(wanted, columns)}",
                f"Name the columns in the first line: {', '.join(REQUIRED)}, and if you like acceptable, "
                "group, source, tier.",
                str(file),
            )
    return [(n, {(k or "").strip(): v for k, v in row.items() if isinstance(v, str)}) for n, row in rows]


def _label(file: Path, line: int, row: Mapping[str, str], part: str) -> Label:
    """One row; an unknown state is named with its line and the nearest known one."""
    where = f"{file}:{line}"
    path = _first(row, ("path",))
    if not path:
        raise UsageError("names no path", "Fill the column 'path', or delete the row.", where)
    primary = _state(_first(row, ("primary",)), where)
    others = (_state(name.strip(), where) for name in row.get("acceptable", "").split("|") if name.strip())
    return Label(
        path=file.parent / path,
        primary=primary,
        acceptable=frozenset({primary, *others}),
        group=_first(row, GROUP) or path,
        source=_first(row, SOURCE),
        tier=_first(row, ("tier",)),
        part=part,
    )


def _state(name: str, where: str) -> str:
    if name in KNOWN:
        return name
    problem = f"'{name}' is no state.{nearest(name, KNOWN)}" if name else "names no primary state"
    raise UsageError(problem, f"Use one of: {', '.join((*KNOWN, UNLABELLED))}.", where)


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((value.strip() for name in names if (value := row.get(name, "")).strip()), "")


def _once(rows: Iterable[Label]) -> None:
    seen: set[Path] = set()
    for row in rows:
        if row.path in seen:
            raise UsageError("is labelled twice", "Keep one of its rows.", str(row.path))
        seen.add(row.path)
