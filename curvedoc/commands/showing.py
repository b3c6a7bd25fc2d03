"""What the commands share: examining paths, and showing what came of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curvedoc.console import complain, emit, say
from curvedoc.errors import CurvedocError, NotALogError, UsageError
from curvedoc.wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from curvedoc.diagnosis import Batch
    from curvedoc.gated import GateResult
    from curvedoc.intake import Options
    from curvedoc.outputs import Wanted


def examine(paths: tuple[str, ...], options: Options) -> Batch:
    """Read and diagnose what the paths name, with a progress bar; says what was passed over."""
    from curvedoc.console import ProgressBar
    from curvedoc.intake import examine as examine_all
    from curvedoc.stream import cores

    skipped: list[CurvedocError] = []
    with ProgressBar() as progress:
        batch = examine_all(paths, options, progress, skipped, cores())
    _tell_passed_over(skipped)
    return batch


def _tell_passed_over(skipped: Sequence[CurvedocError]) -> None:
    """What a search left out: what is no training log by name, what may be one with the reason."""
    others = [error for error in skipped if isinstance(error, NotALogError)]
    if others:
        names = ", ".join(error.path for error in others[:3]) + (", …" if len(others) > 3 else "")
        say(clean(f"curvedoc: passed over what is no training log: {names} ({len(others)} in all)"))
    unopened = [error for error in skipped if not isinstance(error, NotALogError)]
    for error in unopened[:3]:
        say(clean(f"curvedoc: passed over {error.path}: {error.problem}. {error.fix}"))
    if len(unopened) > 3:
        say(f"curvedoc: and {len(unopened) - 3} more that could not be opened")


def style(given: Mapping[str, Any], output: str | None = None) -> dict[str, Any]:
    """What a report may know of the place where it will be shown."""
    from curvedoc.console import colour, speaks_unicode, width

    return {
        "width": given["width"] or width(sys.stdout),
        "color": output is None and colour(sys.stdout),
        "unicode": output is not None or speaks_unicode(sys.stdout),
    }


def spare(output: str | None, batches: Iterable[Batch], others: Iterable[str] = ()) -> None:
    """Refuse to write a report over a log of ``batches`` or over one of ``others``: what was read is kept.

    Raises UsageError for such an ``output``; symbolic links are followed. A report of ours that a search came
    across may be renewed.
    """
    if output is None or _is_report(output):
        return
    paths = [*others]
    for batch in batches:
        paths += [diagnosis.run.path for diagnosis in batch.diagnoses]
        paths += [problem.path for problem in batch.problems]
    if Path(output).resolve() in {Path(path).resolve() for path in paths}:
        raise UsageError("was read, and will not be overwritten", "Give the report another name.", output)


def _is_report(path: str) -> bool:
    """Whether a file is a report of ours that a search may have come across."""
    from curvedoc.refusal import is_report

    try:
        with Path(path).open("rb") as file:
            return is_report(file.read(200))
    except OSError:
        return False


def show(
    batch: Batch,
    reports: Sequence[Wanted],
    given: Mapping[str, Any],
    gate: GateResult | None = None,
    others: Sequence[str] = (),
) -> None:
    """Every report in its file or on standard output; what could not be read on standard error too.

    All are made before the first is written. What could not be read is in the reports already: whoever sees
    that on the same terminal is not told twice. ``gate``: what ``check`` found, for the reports that show it.
    ``others``: files beside the logs that no report may take the place of.
    """
    for wanted in reports:
        spare(wanted.file, [batch], others)
    made = [(wanted, rendered(wanted, batch, given, gate)) for wanted in reports]
    for wanted, content in made:
        emit(content, wanted.file, commands=wanted.form == "github")
    if any(wanted.form == "github" for wanted in reports):
        _summarise(batch, gate)
    seen = any(wanted.form == "terminal" and wanted.file is None for wanted in reports)
    if not seen or not sys.stdout.isatty():
        for problem in batch.problems:
            complain(CurvedocError(problem.problem, problem.fix, problem.path))


def rendered(
    wanted: Wanted, batch: Batch, given: Mapping[str, Any], gate: GateResult | None = None
) -> str | bytes:
    """One report; of what is known of place and call it gets what it has parameters for."""
    from curvedoc.reports import report

    render = report(wanted.form).render
    known = {**given, **style(given, wanted.file), "gate": gate}
    takes = render.__kwdefaults__ or {}
    if "base" in takes:
        known["base"] = _base()
    if "rules" in takes:
        from curvedoc.rules import RULES

        known["rules"] = RULES
    made: str | bytes = render(batch, **{name: known[name] for name in known if name in takes})
    return made


def _base() -> tuple[str, str]:
    """The folder that paths are relative to, and the one that a code host shows them under: on GitHub the
    root of the repository, where the call was made below it."""
    here = Path.cwd()
    root = os.environ.get("GITHUB_WORKSPACE")
    return str(here), root if root and here.is_relative_to(root) else str(here)


def _summarise(batch: Batch, gate: GateResult | None) -> None:
    """The summary of a job, where GitHub says in which file it wants it; one that fails costs no verdict."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    from curvedoc.reports import report

    markdown = report("markdown")

    path = Path(file)
    try:
        written = path.stat().st_size if path.exists() else 0
        with path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(markdown.summary(batch, gate=gate, room=markdown.SUMMARY - written))
    except OSError as error:
        complain(CurvedocError(f"the job summary cannot be written: {error.strerror}", "", file))
