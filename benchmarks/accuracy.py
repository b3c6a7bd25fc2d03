"""How often the state is right on labelled logs.

    python benchmarks/accuracy.py CORPUS [--wrong] [--format NAME ...]

CORPUS holds ``labels.csv`` and ``academic/labels.csv`` (columns ``path``, ``primary``, ``acceptable``). An
answer that is acceptable is right; for ``not_overfitting`` anything but overfitting is; a refusal is right
for what is no training log or too little to tell. Of a file with several runs the first counts, unlabelled
files are left out.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

from curvedoc.api import diagnose_all
from curvedoc.errors import CurvedocError

REFUSED = "refused"


def answer(path: Path) -> tuple[str, float]:
    """State and confidence of the first run of a log."""
    try:
        diagnoses = diagnose_all(str(path)).diagnoses
    except CurvedocError:
        diagnoses = ()
    return (str(diagnoses[0].state), diagnoses[0].confidence) if diagnoses else (REFUSED, 1.0)


def right(state: str, row: dict[str, str]) -> bool:
    """Whether a state is acceptable for a labelled log."""
    acceptable = set(row["acceptable"].split("|"))
    if row["primary"] == "not_overfitting":
        return state not in ("overfitting", REFUSED)
    if state == REFUSED:
        return bool(acceptable & {"not_a_training_log", "inconclusive"})
    return state in acceptable


def labelled(corpus: Path) -> list[tuple[str, Path, dict[str, str]]]:
    """Source, path and label of every labelled log."""
    found = []
    for name in ("academic/labels.csv", "labels.csv"):
        file = corpus / name
        if not file.exists():
            continue
        with file.open(newline="", encoding="utf-8") as lines:
            found += [
                (row.get("source") or row["format"], file.parent / row["path"], row)
                for row in csv.DictReader(lines)
                if row["primary"] != "unlabelled"
            ]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list the wrong answers")
    parser.add_argument("--format", action="append", help="only these sources or formats")
    args = parser.parse_args()
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    wrong = []
    for source, path, row in labelled(args.corpus):
        if args.format and source not in args.format:
            continue
        state, confidence = answer(path)
        ok = right(state, row)
        counts[source][ok] += 1
        if not ok:
            wrong.append(f"{row['primary']:22} {state:22} {confidence:4.2f}  {path.relative_to(args.corpus)}")
    for source, count in sorted(counts.items()):
        print(f"{source:28} {count[True]:4} of {count.total():4}  {count[True] / count.total():6.1%}")
    total = sum(counts.values(), Counter())
    print(f"{'all':28} {total[True]:4} of {total.total():4}  {total[True] / max(1, total.total()):6.1%}")
    if args.wrong:
        print("\nlabel                  answer                 sure", *wrong, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
