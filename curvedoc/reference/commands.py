"""``curvedoc reference``: list, run, verify, trial, search, samples."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curvedoc.errors import EXIT_GATE, EXIT_OK, UsageError

from . import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.run import Run
    from curvedoc.states import State

    from .verdict import Judge

TRIALS = Path(__file__).parent.parent / "trials.json"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def app() -> None:
    """Train the reference runs: documented systems, sick and treated, on this machine."""


def needs_torch() -> None:
    """Raise :class:`UsageError` with the one-line remedy when torch is not installed."""
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise UsageError("The reference runs need torch.", "pip install 'curvedoc[reference]'")


def own_verdict(run: Run) -> State:
    """Curvedoc's own verdict with all rules."""
    from curvedoc.diagnosis import diagnose

    return diagnose(run, catalogue.pages()).state


def own_findings(run: Run) -> frozenset[str]:
    """The ids of the rules that fire on a run."""
    from curvedoc.diagnosis import diagnose

    return frozenset(finding.rule for finding in diagnose(run, catalogue.pages()).findings)


def default_judge() -> Judge:
    """Who judges the runs; a plain function, so that it can be sent to another process."""
    return own_verdict


def _line(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


@app.command(name="list")
def list_() -> int:
    """List the scenarios: the state each shows, about how long it takes on one core, its remedies."""
    wide = max(len(each.id) for each in catalogue.scenarios())
    for each in catalogue.scenarios():
        remedies = f"  [{', '.join(each.treated)}]" if each.treated else ""
        _line(f"{each.id:{wide}}  {each.state:20}  {duration(each.seconds):>5}  {each.about}{remedies}")
    return EXIT_OK


def duration(seconds: float) -> str:
    """Seconds as people say them: ``"8 s"``, ``"2 min"``."""
    return f"{max(seconds, 1):.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


@app.command()
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@click.option("--all", "everything", is_flag=True, help="All scenarios.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder for the logs.",
)
@click.option(
    "--log",
    "formats",
    default="csv",
    show_default=True,
    metavar="FORMATS",
    help="csv, jsonl, json, trainer-state, text, tensorboard, tensorboard-splits.",
)
@click.option("--seed", type=int, help="Instead of the scenario's own.")
@click.option("--treated", metavar="REMEDY", help="With this remedy; 'all' for each in turn.")
@click.option("--device", type=click.Choice(["cpu", "cuda", "auto"]), default="cpu", show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs at once.")
def run(
    names: tuple[str, ...],
    everything: bool,
    out: Path,
    formats: str,
    seed: int | None,
    treated: str | None,
    device: str,
    jobs: int,
) -> int:
    """Train scenarios and write their logs; what is there already is skipped."""
    needs_torch()
    chosen = catalogue.scenarios() if everything else tuple(map(catalogue.scenario, names))
    if not chosen:
        raise UsageError("No scenario was named.", "Name one (see `curvedoc reference list`), or pass --all.")
    wanted = [(s, t) for s in chosen for t in (("", *s.treated) if treated == "all" else (treated or "",))]
    from .progress import Bars
    from .runs import run_all

    with Bars() as bars:
        run_all(wanted, out, formats.split(","), seed, _device(device), jobs, _line, bars)
    return EXIT_OK


@app.command()
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@click.option("--quick", is_flag=True, help="Only scenarios that take seconds.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Scenarios at once.")
def verify(names: tuple[str, ...], quick: bool, jobs: int) -> int:
    """Train each scenario, sick and treated; check the verdicts and the mechanism. Exit 1 when one fails."""
    needs_torch()
    from .jobs import each
    from .progress import Bars
    from .verify import QUICK, verify_one

    chosen = tuple(map(catalogue.scenario, names)) if names else catalogue.scenarios()
    todo = [
        (scenario, default_judge(), own_findings) for scenario in chosen if not quick or scenario.id in QUICK
    ]
    failed = 0
    with Bars() as bars:
        for scenario, results in each(verify_one, todo, jobs, bars):
            for result in results:
                failed += not result.passed
                mark = "ok  " if result.passed else "FAIL"
                _line(f"{mark} {scenario}: {result.what}: {result.measured} (wanted {result.wanted})")
    _line(f"{failed} failed" if failed else "all hold")
    return EXIT_GATE if failed else EXIT_OK


@app.command()
@click.argument("subject", metavar="STATE|REMEDY|all")
@click.option("--seeds", type=click.IntRange(1), default=10, show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), default=TRIALS, help="Default: the trials.json of the package."
)
@click.option(
    "--docs", type=click.Path(path_type=Path), help="Also write trials.md and its plots into this folder."
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs at once.")
@click.option("--quick", is_flag=True, help="Without the set-ups that take minutes a run (grokking).")
@click.option(
    "--logs",
    type=click.Path(path_type=Path),
    help="Keep every run in this folder; what lies there is judged anew instead of trained.",
)
def trial(
    subject: str, seeds: int, out: Path, docs: Path | None, jobs: int, quick: bool, logs: Path | None
) -> int:
    """Try remedies on many sick runs: cured how often, by how much. Continues what the file holds."""
    needs_torch()
    import json

    from . import trials, trials_page
    from .progress import Bars
    from .samples import versions

    known = catalogue.remedies()
    named = subject == "all" or subject in known
    state = "" if named else subject
    names = (subject,) if subject in known else catalogue.remedies(state)
    if not names:
        raise UsageError(
            f"'{subject}' is no state and no remedy with a trial.",
            f"Use a state, all, or one of: {', '.join(known)}.",
        )
    command = f"curvedoc reference trial {subject} --seeds {seeds}{' --quick' if quick else ''}"
    made = {"command": command, **versions()}
    with Bars() as bars:
        trials.run(names, seeds, default_judge(), out, made, _line, jobs, quick, logs, bars, state)
    if docs and out.exists():
        trials_page.write(json.loads(out.read_text()), docs)
    return EXIT_OK


@app.command()
@click.option(
    "--method",
    "methods",
    multiple=True,
    type=click.Choice(["grid", "random", "halving", "verdict"]),
    help="Default: all four.",
)
@click.option(
    "--budget", type=click.IntRange(1), default=60, show_default=True, help="Whole runs' worth of updates."
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--seeds", type=click.IntRange(1), default=1, show_default=True, help="Searches by each method."
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Searches at once.")
def search(methods: tuple[str, ...], budget: int, seed: int, seeds: int, jobs: int) -> int:
    """Spend one budget four ways: grid, random, successive halving, curvedoc's verdict as pruner."""
    needs_torch()
    from .jobs import each
    from .progress import Bars
    from .search import METHODS, summary
    from .search import search as spend

    chosen = methods or METHODS
    todo = [(method, budget, default_judge(), seed + i) for i in range(seeds) for method in chosen]
    found = []
    with Bars() as bars:
        for one in each(spend, todo, jobs, bars):
            found.append(one)
            runs = f"{len(one.tried)} runs ({sum(bool(t.dropped) for t in one.tried)} dropped)"
            _line(f"{one.method:8} seed {one.seed}: best {one.best:.4f}, {runs}, {one.updates} updates")
    if seeds > 1:
        for line in summary(found, chosen):
            _line(line)
    return EXIT_OK


@app.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("sample_logs"), show_default=True)
@click.option("--only", default="", help="Only scenarios whose name contains this.")
def samples(out: Path, only: str) -> int:
    """Make the sample logs anew, with their provenance."""
    needs_torch()
    from .samples import make

    out.mkdir(parents=True, exist_ok=True)
    make(out, catalogue.scenario, only, _line)
    return EXIT_OK


def _device(name: str) -> str:
    """cpu or cuda; "auto" is cuda where there is one."""
    if name == "cpu":
        return name
    import torch

    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise UsageError("There is no CUDA device.", "Use --device cpu or auto.")
    return "cuda" if there else "cpu"


def main(arguments: Sequence[str]) -> int:
    """Run the sub-command; returns the exit code. User errors are raised for the caller to show."""
    result: Any = app.main(list(arguments), prog_name="curvedoc reference", standalone_mode=False)
    return int(result or EXIT_OK)
