"""``curvedoc bench``: how often the verdict is right on the user's own labelled logs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from curvedoc.console import ProgressBar, emit, say
from curvedoc.errors import EXIT_GATE, EXIT_OK, EXIT_UNREADABLE, UsageError, nearest
from curvedoc.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .labels import Label, Labels
    from .stability import Probe

FORMATS = ("text", "json")
NAMED = 3


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("labels", nargs=-1, required=True, metavar="LABELS.csv...")
@click.option("--format", "form", default="text", show_default=True, metavar="NAME", help="text or json.")
@click.option("--output", metavar="FILE", help="Write the report to FILE, whole or not at all.")
@click.option("--robustness", is_flag=True, help="Also: how many verdicts flip when runs change a little.")
@click.option("--prefix", is_flag=True, help="Also: how early the final state is named.")
@click.option("--wrong", is_flag=True, help="Also list the wrong answers, the surest first.")
@click.option("--min-accuracy", type=click.FloatRange(0, 1), metavar="P", help="Exit 1 below this accuracy.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes at once.")
def bench(labels: tuple[str, ...], form: str, output: str | None, **given: Any) -> int:
    """Score the verdicts on labelled logs.

    LABELS.csv has one row per log with the columns path (relative to the file) and primary (its state); if
    you like also acceptable (other states that would do, split by |), group (runs that resemble each other),
    source and tier. Of a file with several runs the first counts.
    """
    from .labels import read_labels

    if form not in FORMATS:
        raise UsageError(f"there is no format '{form}'.{nearest(form, FORMATS)}", "Use text or json.")
    return _bench(read_labels(labels), form, output, given)


def _bench(found: Labels, form: str, output: str | None, given: dict[str, Any]) -> int:
    from .answers import score
    from .asking import answers
    from .report import as_json, report
    from .statistics import ACCURACY
    from .tables import text

    there = _there(found.rows)
    with ProgressBar() as progress:
        said = answers([label.path for label in there], jobs=given["jobs"], progress=progress)
    if not any(answer.read for answer in said):
        say("curvedoc: no labelled log could be read")
        for answer, label in list(zip(said, there, strict=True))[:NAMED]:
            say(clean(f"  {label.path}: {answer.reason}"))
        return EXIT_UNREADABLE
    measured = report(score(there, said), _probes(there, given), found.unlabelled)
    emit(as_json(measured) if form == "json" else text(measured, given["wrong"]), output)
    reached = next(each for each in measured.figures if each.name == ACCURACY.name).by_log.value
    wanted = given["min_accuracy"]
    if wanted is not None and reached < wanted:
        say(f"curvedoc: accuracy {reached:.3f} is below {wanted:g}")
        return EXIT_GATE
    return EXIT_OK


def _there(labels: Sequence[Label]) -> list[Label]:
    """The labels whose log exists; of the others no verdict can be right or wrong."""
    there = [label for label in labels if label.path.exists()]
    gone = [label.path for label in labels if not label.path.exists()]
    if gone:
        names = ", ".join(map(str, gone[:NAMED])) + (", ..." if len(gone) > NAMED else "")
        say(clean(f"curvedoc: {len(gone)} labelled logs are not there and not scored: {names}"))
    return there


def _probes(labels: Sequence[Label], given: dict[str, Any]) -> list[Probe]:
    from .asking import each, probe
    from .stability import sample

    if not (given["robustness"] or given["prefix"]):
        return []
    ask = partial(probe, perturbed=given["robustness"], prefixes=given["prefix"])
    with ProgressBar() as progress:
        found = each(ask, sample(labels), given["jobs"], progress)
    return [one for one in found if one is not None]


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code. User errors are raised for the caller to show."""
    result: Any = bench.main(list(arguments), prog_name="curvedoc bench", standalone_mode=False)
    return int(result or EXIT_OK)
