"""How often the state is right on labelled logs, beside peers and baselines.

    python benchmarks/accuracy.py CORPUS [--peers VENV] [--baselines] [--robustness] [--prefix] [--wrong]
                                         [--docs docs] [--refit-answers JSON] [--jobs N]

CORPUS holds ``labels.csv`` (found in public repositories: "real") and ``academic/labels.csv``. What is
right, and how it is counted, is the library's: ``curvedoc/bench``. ``--docs`` writes ``accuracy.md`` with
its pictures, the traps (``traps.py``) and the ablation (``ablation.py``).

``--refit-answers`` is what ``refit.py --out`` wrote: answers under limits that were found anew on other
runs, which are scored beside the plain ones. ``--refit`` does the like for any function
``(labels) -> judge`` that fits on labels and returns what judges a run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from curvedoc.bench.answers import REFUSED, Answer, Scored, score
from curvedoc.bench.asking import answers, ask, each, first_run, probe
from curvedoc.bench.folds import folds_by_group, folds_by_source, out_of_fold
from curvedoc.bench.labels import Label, Labels, read_labels
from curvedoc.bench.report import Report, report
from curvedoc.bench.stability import Probe, sample
from curvedoc.bench.tables import Table, as_text, side_by_side, tables
from curvedoc.console import ProgressBar

OURS = "curvedoc"
FILES = {"real": "labels.csv", "academic": "academic/labels.csv"}
OVERFIT_TASK = "overfitguard_simulated"
FOLDS = 5

Tool = Sequence[Answer]


@dataclass(frozen=True)
class Measured:
    """The reports by tool, on all logs and on the real ones; ``rows`` are our own answers."""

    everything: dict[str, Report]
    real: dict[str, Report]
    rows: tuple[Scored, ...]


def labelled(corpus: Path, sources: Sequence[str] = ()) -> Labels:
    """The labels of the corpus (only those of ``sources``, if any are named)."""
    found = {part: corpus / name for part, name in FILES.items() if (corpus / name).exists()}
    labels = read_labels(list(found.values()) or [corpus / FILES["real"]], list(found) or ["real"])
    kept = tuple(row for row in labels.rows if not sources or row.source in sources)
    return Labels(kept, 0 if sources else labels.unlabelled)


def peers(paths: Sequence[Path], venv: Path, jobs: int) -> dict[str, Tool]:
    """What each peer says; they live in an environment of their own."""
    said = import_module("peers").answers(paths, venv, jobs)
    return {tool: [_answer(by_path.get(path)) for path in paths] for tool, by_path in said.items()}


def _answer(said: tuple[str, float, float] | None) -> Answer:
    state, confidence, seconds = said or (REFUSED, float("nan"), float("nan"))
    return Answer(state, confidence, seconds=seconds)


def baselines(paths: Sequence[Path], corpus: Path) -> dict[str, Tool]:
    """What the published baselines, fitted on the simulated runs, say of the runs that our reader finds."""
    runs = [first_run(path) for path in paths]
    return {
        baseline.name: [Answer(REFUSED if isinstance(run, str) else baseline.answer(run)) for run in runs]
        for baseline in import_module("baselines").fitted(corpus)
    }


def refitted(labels: Sequence[Label], fit: Callable) -> dict[str, Tool]:
    """Our answers out of fold: whatever ``fit`` sets never saw the group, or the source."""

    def held_out(rest: Sequence[int], held: Sequence[int]) -> list[Answer]:
        judge = fit([labels[i] for i in rest])
        return [ask(labels[i].path, judge) for i in held]

    protocols = {
        f"{OURS}, {FOLDS} folds by group": folds_by_group(labels, FOLDS),
        f"{OURS}, one source left out": folds_by_source(labels),
    }
    return {name: out_of_fold(len(labels), folds, held_out) for name, folds in protocols.items()}


def named(what: str) -> Callable:
    """The function behind ``module:function``."""
    module, _, function = what.partition(":")
    return getattr(import_module(module), function)


def probes(labels: Sequence[Label], robustness: bool, prefix: bool, jobs: int) -> list[Probe]:
    """Our answers to changed runs and to prefixes, at most two runs of a group."""
    if not (robustness or prefix):
        return []
    with ProgressBar() as progress:
        found = each(partial(probe, perturbed=robustness, prefixes=prefix), sample(labels), jobs, progress)
    return [one for one in found if one is not None]


def found_anew(file: Path) -> dict[str, Sequence[Scored]]:
    """The answers that ``refit.py --out`` wrote, by the name of their row."""
    held = import_module("found_anew").held_out(file)
    return {f"{OURS}, limits found anew, held out by {by}": rows for by, rows in held.items()}


def measure(
    labels: Labels,
    tools: Mapping[str, Tool],
    probed: Sequence[Probe],
    anew: Mapping[str, Sequence[Scored]] | None = None,
) -> Measured:
    """Every tool's report; what was probed belongs to ours, ``anew`` stands below ours."""
    everything, real = {}, {}
    scored = {name: score(labels.rows, said) for name, said in tools.items()}
    for name, rows in ({OURS: scored[OURS]} | dict(anew or {}) | scored).items():
        own = probed if name == OURS else ()
        everything[name] = report(rows, own, labels.unlabelled, OVERFIT_TASK)
        real[name] = report([row for row in rows if row.label.part == "real"])
    return Measured(everything, real, tuple(scored[OURS]))


def comparisons(measured: Measured, timed: bool = True) -> list[Table]:
    """The tools side by side."""
    about = "Shares; intervals 95 %, by group; overfit F1 on the simulated set of Li et al. (2024) alone."
    found = [side_by_side("All logs", list(measured.everything.items()), about, timed)]
    if any(each.logs for each in measured.real.values()):
        found.append(
            side_by_side("Logs found in public repositories", list(measured.real.items()), "", timed)
        )
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--peers", type=Path, metavar="VENV", help="environment of peers-requirements.txt")
    parser.add_argument("--baselines", action="store_true", help="also the published baselines")
    parser.add_argument("--robustness", action="store_true", help="also how many verdicts flip")
    parser.add_argument("--prefix", action="store_true", help="also the diagnosis of prefixes")
    parser.add_argument("--wrong", action="store_true", help="list the wrong answers")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="write accuracy.md and its pictures")
    parser.add_argument("--refit", metavar="MODULE:FUNCTION", help="fit anew for every fold")
    parser.add_argument("--refit-answers", type=Path, metavar="JSON", help="what refit.py --out wrote")
    parser.add_argument("--source", action="append", default=[], help="only these sources or formats")
    parser.add_argument("--jobs", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    args = _arguments()
    labels = labelled(args.corpus, args.source)
    paths = [row.path for row in labels.rows]
    with ProgressBar() as progress:
        tools: dict[str, Tool] = {OURS: answers(paths, jobs=args.jobs, progress=progress)}
    if args.refit:
        tools |= refitted(labels.rows, named(args.refit))
    if args.peers:
        tools |= peers(paths, args.peers, args.jobs)
    if args.baselines:
        tools |= baselines(paths, args.corpus)
    probed = probes(labels.rows, args.robustness, args.prefix, args.jobs)
    measured = measure(labels, tools, probed, found_anew(args.refit_answers) if args.refit_answers else None)
    shown = [*comparisons(measured), *tables(measured.everything[OURS], args.wrong)]
    print("\n".join(as_text(table) for table in shown))
    if args.docs:
        page = import_module("accuracy_page")
        beside = page.beside(labels.rows, args.refit_answers, args.peers, args.jobs)
        page.write(measured, args.corpus, args.docs, beside)
    return 0


if __name__ == "__main__":
    sys.exit(main())
