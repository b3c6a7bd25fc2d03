"""The page docs/accuracy.md and its pictures, from what accuracy.py measured."""

from __future__ import annotations

import platform
import shlex
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from curvedoc.bench.asking import first_run
from curvedoc.bench.drawing import reliability_plot, run_plot
from curvedoc.bench.tables import as_markdown, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accuracy import Measured

    from curvedoc.bench.labels import Label
    from curvedoc.bench.report import Report, Wrong
    from curvedoc.bench.tables import Table

BEGIN, END = "<!-- measured: accuracy -->", "<!-- end measured -->"
"""Around the short table in the README."""
SHOWN = 12
"""Wrong answers with a picture: the most confident."""
INTRODUCTION = """Made by `{command}`; do not edit.

Measured on labelled runs that nobody here made: logs found in public repositories, read by two raters
("real"), and curves that academic sources publish with labels or with the definition behind them. The
corpus is not part of this repository.

- An acceptable answer is right. A log that is refused is a wrong answer, unless it is no training log or
  holds too little to tell; "of read" leaves refusals out.
- Runs of one repository or set-up form a group; intervals draw whole groups. "Every log" weighs each log
  the same, "every group" each group. Where an interval has no width no group missed: of g groups up to a
  share of 3/g may miss elsewhere.
- A false alarm: a healthy run (smooth descent) gets another state, not accepted, at a confidence of 0.5 or
  more. Missed: a sick run is called healthy or inconclusive, or is refused.
- Macro-F1 is the mean over the states; an accepted answer counts as the label.
- "Overfit F1": overfitting or not, on the simulated runs of Li et al. (2024); "at gate" counts only answers
  that `curvedoc check --fail-on overfitting` fails. ECE: expected calibration error, ten bins of equal
  width.
- Changed a little: every second point; moving average with weight 0.3 on the past; Gaussian noise of 1 % of
  the range from the 5th to the 95th percentile of each curve; the last twentieth cut off; every loss times
  1000. At most two runs of a group, and only runs of 20 points are thinned or cut.

{versions}.
"""
CALIBRATED = """## Reliability

![confidence and accuracy](accuracy/reliability.svg)
"""
SEEN = """The limits in the package were chosen by people who had seen this corpus: the plain row flatters.
"""
FOUND_ANEW = """## Limits found anew

The limits in the package were chosen by people who had seen this corpus, so the row `curvedoc` flatters. For
the rows "limits found anew" every limit that weighs on a state was first blurred (moved at random, by about
as far as makes a decision clear), then found anew by coordinate search on the other labelled runs. What was
held out, whole groups or whole sources, was judged with the limits found without it
(`benchmarks/refit.py`). Of the figures here these say most about logs of a kind that nobody has looked at;
they still flatter by what no search can undo, the choice of the measures and rules.
"""
FAVOURED = """The mapping of their findings onto the states (`benchmarks/peers/vocabulary.py`) favours the
peers: where two readings are honest, the one that scores better on this very corpus was taken. "+columns":
asked with the columns that our reader found, in names that the peer knows.
"""


@dataclass(frozen=True)
class Beside:
    """What stands on the page beside the figures of the corpus."""

    anew: bool
    calibration: Table | None
    traps: tuple[Table, ...]
    ablation: tuple[Table, ...]


def beside(labels: Sequence[Label], refit_answers: Path | None, peers: Path | None, jobs: int) -> Beside:
    """Measures the traps (of the peers too, with their environment), the ablation and the calibration."""
    import ablation
    import traps

    calibration = None
    if refit_answers:
        import found_anew

        calibration = found_anew.calibration(refit_answers)
    return Beside(
        refit_answers is not None,
        calibration,
        traps.tables(traps.outcomes(peers, jobs)),
        tuple(ablation.tables(ablation.ablate(labels))),
    )


def write(measured: Measured, corpus: Path, docs: Path, beside: Beside) -> None:
    """Write ``accuracy.md`` and ``accuracy/*.svg`` into the docs folder; pictures of earlier errors go."""
    from accuracy import OURS

    pictures = docs / "accuracy"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("wrong-*.svg"):
        old.unlink()
    ours = measured.everything[OURS]
    (pictures / "reliability.svg").write_text(reliability_plot(ours.calibration), encoding="utf-8")
    worst = [w for w in ours.wrong if w.reason == ""][:SHOWN]
    for i, wrong in enumerate(worst, 1):
        run = first_run(Path(wrong.path))
        if not isinstance(run, str):
            (pictures / f"wrong-{i}.svg").write_text(run_plot(run, _title(wrong)), encoding="utf-8")
    (docs / "accuracy.md").write_text(page(measured, worst, corpus, beside), encoding="utf-8")
    readme = docs.parent / "README.md"
    if readme.exists():
        into_readme(readme, headline(measured))


def headline(measured: Measured) -> str:
    """The short table of the README: every tool on all logs, and its accuracy on those found in the wild."""
    lines = [
        "| tool | accuracy, all logs | found in repositories | macro-F1 | false alarms | missed |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, found in measured.everything.items():
        accuracy, _, _, f1, alarms, missed, _ = found.figures
        real = measured.real[name].figures[0]
        lines.append(
            f"| {name} | {accuracy.by_log.value:.1%} | {real.by_log.value:.1%} | {f1.by_log.value:.2f} "
            f"| {alarms.by_log.value:.1%} | {missed.by_log.value:.1%} |"
        )
    return "\n".join(lines) + "\n"


def into_readme(readme: Path, table: str) -> None:
    """Put the short table between its markers; a README without them is left alone."""
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        readme.write_text(f"{before}{begin}\n{table}{end}{after}", encoding="utf-8")


def page(measured: Measured, worst: Sequence[Wrong], corpus: Path, beside: Beside) -> str:
    """The Markdown page."""
    from accuracy import OURS, comparisons

    ours = measured.everything[OURS]
    command = shlex.join(["python", "benchmarks/accuracy.py", *sys.argv[1:]])
    parts = ["# Accuracy\n", INTRODUCTION.format(command=command, versions=_versions())]
    parts += [as_markdown(table) for table in comparisons(measured, timed=False)]
    parts += [FOUND_ANEW if beside.anew else SEEN, *_asked(measured.everything)]
    parts += [as_markdown(table) for table in tables(ours)]
    parts.append(CALIBRATED)
    more = [*([beside.calibration] if beside.calibration else []), *beside.traps, *beside.ablation]
    parts += [*map(as_markdown, more), *_errors(ours, worst, corpus)]
    return "\n".join(parts)


def _asked(tools: Iterable[str]) -> list[str]:
    """How each peer was asked, in the words of the adapters; nothing without peers."""
    import peers

    lines = [f"- {tool}: {peers.notes(tool)}" for tool in tools if tool in peers.TOOLS]
    return ["## How the peers were asked\n", "\n".join(lines) + "\n", FAVOURED] if lines else []


def _errors(ours: Report, worst: Sequence[Wrong], corpus: Path) -> list[str]:
    """The wrong answers, the surest first with a sketch of their losses; then how many were not read."""
    parts = ["## The surest of the wrong answers\n"] if worst else []
    for i, wrong in enumerate(worst, 1):
        name = Path(wrong.path).relative_to(corpus)
        parts.append(f"`{name}`: {_title(wrong)}\n\n![{_title(wrong)}](accuracy/wrong-{i}.svg)\n")
    refused = [wrong for wrong in ours.wrong if wrong.reason]
    if refused:
        parts.append(f"Not read, though a training log: {len(refused)} of {ours.logs}.\n")
    return parts


def _title(wrong: Wrong) -> str:
    others = (state for state in wrong.acceptable if state != wrong.primary)
    return f"{' or '.join((wrong.primary, *others))}, called {wrong.answer} ({wrong.confidence:.2f})"


def _versions() -> str:
    names = ("curvedoc", "numpy")
    found = [f"Python {platform.python_version()}"]
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return "Versions: " + ", ".join(found)
