"""How much of a labelled corpus is read and named as its raters read it.

    python benchmarks/coverage.py CORPUS [--format NAME] [--verbose]

CORPUS holds ``labels.csv`` with ``path, format, primary, train_loss, val_loss, metric``: a path is a log file
or a directory of event files; the last three are logged names (empty where the raters saw none). Per format:

- files read, refused, and refused although there was something to read;
- for every name in ``labels.csv`` whether that series became train/loss, val/loss or the main metric, itself,
  as a summand of a total or as an equal copy. The loss of one side of an adversarial pair counts as right
  when it became ``generator_loss`` or ``discriminator_loss``: it must not become train/loss.

A name that is a number is the first value of a column without a header.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.errors import CurvedocError
from curvedoc.naming import assign
from curvedoc.readers import discover, load
from curvedoc.source import ReadOptions, Source

if TYPE_CHECKING:
    from curvedoc.run import Curve, Run

KEYS = ("train_loss", "val_loss", "metric")
NOTHING_TO_READ = ("unlabelled", "not_a_training_log")


def read_all(path: Path) -> tuple[list[Run], list[str]]:
    """Every run at a path, named, and the problems met."""
    runs: list[Run] = []
    problems: list[str] = []
    for source in discover([str(path)]):
        if not isinstance(source, Source):
            problems.append(str(source))
            continue
        try:
            runs += [assign(logged) for logged in load(source, ReadOptions())]
        except CurvedocError as error:
            problems.append(f"{type(error).__name__}: {error.problem}")
    return runs, problems


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
        names = {curve.name.strip(), *(s.strip() for s in curve.sources)}
        if any(_same_name(wanted, name) for name in names) or (wanted == "Value" and len(run.curves) == 1):
            return True
        if len(curve) and math.isclose(curve.values[0], first, rel_tol=1e-9):
            return True
    other = next((c for c in run.curves if c.name.strip() == wanted), None)
    return other is not None and any(
        len(c) == len(other) and np.allclose(c.values, other.values, rtol=1e-3, equal_nan=True)
        for c in curves
    )


def _same_name(wanted: str, name: str) -> bool:
    """Equal but for what readers add (`train/` from a column that names the split) or take off (`run - `)."""
    return wanted == name or wanted.endswith(f" - {name}") or name.endswith(f"/{wanted}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--format", default="")
    parser.add_argument("--verbose", action="store_true", help="say what was wrong")
    args = parser.parse_args()
    with (args.corpus / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if args.format in r["format"]]
    count: dict[str, Counter[str]] = {}
    for row in rows:
        tally = count.setdefault(row["format"], Counter())
        runs, problems = read_all(args.corpus / row["path"])
        tally["files"] += 1
        tally["read" if runs else "refused"] += 1
        if not runs and row["primary"] not in NOTHING_TO_READ:
            tally["lost"] += 1
        for key in KEYS:
            if row[key] and runs:
                good = any(right(run, key, row[key]) for run in runs)
                tally[key] += 1
                tally[f"{key} right"] += good
                if args.verbose and not good:
                    found = [[c.name for c in chosen(run, key)] for run in runs[:3]]
                    print(f"{row['path']}\n    {key}: wanted {row[key]!r}, got {found}")
        if args.verbose and not runs:
            print(f"{row['path']}\n    refused ({row['primary']}): {'; '.join(problems)[:160]}")
    report(count)


def report(count: dict[str, Counter[str]]) -> None:
    """One line per format and the sum."""
    print(
        f"{'format':24}{'files':>6}{'read':>6}{'refused':>8}{'lost':>6}" + "".join(f"{k:>14}" for k in KEYS)
    )
    everything: Counter[str] = Counter()
    for name, tally in [*sorted(count.items()), ("all", everything)]:
        if name != "all":
            everything.update(tally)
        cells = "".join(f"{tally[f'{k} right']:>8} / {tally[k]:<3}" for k in KEYS)
        print(f"{name:24}{tally['files']:>6}{tally['read']:>6}{tally['refused']:>8}{tally['lost']:>6}{cells}")
    named, of = sum(everything[f"{k} right"] for k in KEYS), sum(everything[k] for k in KEYS)
    print(f"named as the raters did: {named} of {of} ({named / max(of, 1):.1%}) in the files that were read")


if __name__ == "__main__":
    main()
