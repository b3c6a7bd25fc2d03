"""How much of a labelled corpus is read and named as its raters read it.

    python benchmarks/coverage.py CORPUS [--format NAME] [--wrong] [--refused] [--columns]

CORPUS holds ``labels.csv`` with ``path, format, primary, train_loss, val_loss, metric``: a path is a log file
or a directory of event files; the last three are logged names (empty where the raters saw none). Per format:

- files read: some run was found, and what became train/loss, val/loss and the main metric are the series that
  ``labels.csv`` names: themselves, as a summand of a total or as an equal copy. The loss of one side of an
  adversarial pair counts as right when it became ``generator_loss`` or ``discriminator_loss``: it must not
  become train/loss;
- files refused rightly: the raters saw nothing to read, and a look at the bytes that shares no code with the
  readers agrees with the reason given;
- files misread: a name is another one, or the file was refused although there is something to read, or with
  a reason that is wrong.

Names are compared as words: case and separators do not count (``DEV loss`` is ``DEV/loss``). A text has no
columns, and raters wrote down the last words before a number: there a longer name will do if what stands
before these words tells the split. A name that is a number is the first value of a column without a header.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curvedoc.errors import CurvedocError
from curvedoc.naming import assign
from curvedoc.readers import discover, load
from curvedoc.source import ReadOptions, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curvedoc.run import Curve, Run

KEYS = ("train_loss", "val_loss", "metric")
NOTHING_TO_READ = ("unlabelled", "not_a_training_log")
SAYS_SPLIT = {
    "train_loss": r"train|trn|batch",
    "val_loss": r"val|eval|dev|test|holdout",
    "metric": r"train|val|eval|dev|test|holdout",
}
"""What stands before the last words of a name in a text, by the key: raters left it out."""


@dataclass(frozen=True)
class Reading:
    """What became of one row of ``labels.csv``. ``named``: the keys that it fills in, and which are right."""

    row: dict[str, str]
    runs: list[Run]
    errors: list[CurvedocError]
    named: dict[str, bool]

    @property
    def refused_rightly(self) -> bool:
        """Refused, where the raters saw nothing either, and with a reason that holds."""
        nothing = self.row["primary"] in NOTHING_TO_READ and not any(self.row[key] for key in KEYS)
        return not self.runs and nothing and all(e.fix and reason_holds(e) for e in self.errors)

    @property
    def outcome(self) -> str:
        """``"read"``, ``"refused"`` (rightly) or ``"misread"``."""
        if not self.runs:
            return "refused" if self.refused_rightly else "misread"
        return "read" if all(self.named.values()) else "misread"


def read_all(path: Path) -> tuple[list[Run], list[CurvedocError]]:
    """Every run at a path, named, and the errors met."""
    runs: list[Run] = []
    errors: list[CurvedocError] = []
    for source in discover([str(path)]):
        if not isinstance(source, Source):
            errors.append(source)
            continue
        try:
            runs += [assign(logged) for logged in load(source, ReadOptions())]
        except CurvedocError as error:
            errors.append(error)
    return runs, errors


def reading(corpus: Path, row: dict[str, str]) -> Reading:
    """What became of one row of ``labels.csv``."""
    runs, errors = read_all(corpus / row["path"])
    named = {key: any(right(run, key, row[key]) for run in runs) for key in KEYS if row[key] and runs}
    return Reading(row, runs, errors, named)


def chosen(run: Run, key: str) -> list[Curve]:
    """The curves that stand for a key column."""
    if key == "metric":
        roles = [f"{split}/{run.metric}" for split in ("val", "train", "test")] if run.metric else []
    else:
        roles = [key.replace("_", "/")]
        roles += [r for r in run.roles if r.endswith(("generator_loss", "discriminator_loss"))]
    return [curve for role in roles if (curve := run.get(role))]


def right(run: Run, key: str, wanted: str) -> bool:
    """Whether the wanted series is, is in, or equals what was chosen."""
    curves = chosen(run, key)
    try:
        first = float(wanted)
    except ValueError:
        first = math.nan
    for curve in curves:
        names = (curve.name, *curve.sources)
        if any(same_name(wanted, name, key, run) for name in names):
            return True
        if wanted == "Value" and len(run.curves) == 1:
            return True
        if len(curve) and math.isclose(curve.values[0], first, rel_tol=1e-9):
            return True
    other = next((c for c in run.curves if spelled(c.name) == spelled(wanted)), None)
    return other is not None and any(
        len(c) == len(other) and np.allclose(c.values, other.values, rtol=1e-3, equal_nan=True)
        for c in curves
    )


def spelled(name: str) -> str:
    """The words of a name between single blanks: ``DEV/loss`` and ``dev_loss`` are ``dev loss``."""
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))


def same_name(wanted: str, name: str, key: str, run: Run) -> bool:
    """Equal but for spelling and what readers add (a split that stood elsewhere) or take off (`run - `)."""
    if spelled(wanted) == spelled(name) or wanted.endswith(f" - {name}") or name.endswith(f"/{wanted}"):
        return True
    if run.reader != "text":
        return False
    before, found, after = spelled(name).rpartition(spelled(wanted))
    return bool(found) and not after and re.search(rf"\b(?:{SAYS_SPLIT[key]})", before) is not None


def reason_holds(error: CurvedocError) -> bool:
    """Whether a plain look at the file finds what the reason says; False for a reason that is not known."""
    data = Path(error.path).read_bytes()
    return any(words in error.problem and look(data) for words, look in LOOKS.items())


def _one_value_each(data: bytes) -> bool:
    """No list of numbers in a JSON document."""

    def lists(value: Any) -> Iterator[list[Any]]:
        if isinstance(value, list):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from lists(inner)

    return all(len(found) < 2 for found in lists(json.loads(data)))


def _prints_no_loss(data: bytes) -> bool:
    """Fewer than three lines in which a number follows the word loss (but for settings of its scale)."""
    lines = re.findall(rb"(?im)^.*\bloss\b[\s:=]{1,4}[-+]?\d*\.?\d+.*$", data)
    return len(set(lines)) < 3


def _header(data: bytes) -> list[str]:
    return [spelled(cell) for cell in data.decode("utf-8", "replace").partition("\n")[0].split(",")]


LOOKS: dict[str, Callable[[bytes], bool]] = {
    "Git LFS pointer": lambda data: data.startswith(b"version https://git-lfs"),
    "one value per name": _one_value_each,
    "only counters, times or progress": lambda data: (
        not re.search("loss|acc|error|score", str(_header(data)))
    ),
    "one row per metric and value": lambda data: _header(data)[-2:] == ["metric", "value"],
    "one row per run or item": lambda data: all(
        not line[:1].strip() or re.search(r"[^\d.,\s-]", line.split(",")[0] + line.split(",")[1])
        for line in data.decode().splitlines()[1:]
    ),
    "plain text": _prints_no_loss,
    "W&B run without a history": lambda data: data[:4] == b":W&B" and data.count(b"_step") < 3,
}
"""Reason -> what to look for in the bytes."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--format", default="")
    parser.add_argument("--wrong", action="store_true", help="list what was misread")
    parser.add_argument("--columns", action="store_true", help="what became of each file, and which columns")
    parser.add_argument("--refused", action="store_true", help="list the refusals with their reasons")
    args = parser.parse_args()
    with (args.corpus / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if args.format in row["format"]]
    readings = [reading(args.corpus, row) for row in rows]
    for found in readings:
        if args.columns:
            show_columns(found)
        elif (args.wrong and found.outcome == "misread") or (args.refused and not found.runs):
            show(found)
    report(readings)


def show(found: Reading) -> None:
    """What was wrong in a file, or why it was refused."""
    print(found.row["path"])
    for key, good in found.named.items():
        if not good:
            names = [[c.name for c in chosen(run, key)] for run in found.runs[:3]]
            print(f"    {key}: wanted {found.row[key]!r}, got {names}")
    if not found.runs:
        for error in found.errors:
            print(f"    refused ({found.row['primary']}, {found.outcome}): {error.problem}. {error.fix}")


def show_columns(found: Reading) -> None:
    """What became of a file; of several runs in it the first."""
    print(f"{found.row['path']}  {found.outcome}, {len(found.runs)} run{'s' * (len(found.runs) != 1)}")
    for run in found.runs[:1]:
        for key in KEYS:
            names = ", ".join(f"{c.role} <- {c.name}" for c in chosen(run, key)) or "none"
            key_says = f"   [{found.row[key]}]" if found.row[key] else ""
            print(f"    {key:10} {names}{key_says}{'' if found.named.get(key, True) else '   WRONG'}")
    for error in found.errors if not found.runs else ():
        print(f"    {error.problem}. {error.fix}")


def report(readings: list[Reading]) -> None:
    """One line per format and the sum."""
    count: dict[str, Counter[str]] = {}
    for found in readings:
        tally = count.setdefault(found.row["format"], Counter())
        tally.update(
            ("files", found.outcome, *found.named, *(f"{k} right" for k, v in found.named.items() if v))
        )
    heads = "".join(f"{head:>9}" for head in ("files", "read", "refused", "misread"))
    print(f"{'format':24}{heads}" + "".join(f"{key:>14}" for key in KEYS))
    everything: Counter[str] = Counter()
    for name, tally in [*sorted(count.items()), ("all", everything)]:
        if name != "all":
            everything.update(tally)
        cells = "".join(f"{tally[head]:>9}" for head in ("files", "read", "refused", "misread"))
        pairs = "".join(f"{tally[f'{k} right']:>8} / {tally[k]:<3}" for k in KEYS)
        print(f"{name:24}{cells}{pairs}")
    named, of = sum(everything[f"{k} right"] for k in KEYS), sum(everything[k] for k in KEYS)
    print(f"named as the raters did: {named} of {of} ({named / max(of, 1):.1%}) in the files that were read")


if __name__ == "__main__":
    main()
