"""The flags of a baseline, and what ``curvedoc check`` does with them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curvedoc.console import emit, say
from curvedoc.errors import UsageError
from curvedoc.flags import options
from curvedoc.wording import clean, count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from curvedoc.baseline.history import Baseline
    from curvedoc.baseline.terms import Terms
    from curvedoc.diagnosis import Batch
    from curvedoc.gated import Check
    from curvedoc.settings import Settings

_OPTIONS = (
    click.option(
        "--baseline", multiple=True, metavar="PATH",
        help="Fail what is worse than this beyond noise: a baseline file, a log, a folder, a quoted glob.",
    ),
    click.option(
        "--compare", multiple=True, metavar="ROLES",
        help="The curves to compare, e.g. val/loss. [default: main metric, else loss, on validation]",
    ),
    click.option(
        "--measure", multiple=True, metavar="NAMES",
        help="What decides: final, best, steps, area, or all. [default: final]",
    ),
    click.option("--tolerance", metavar="AMOUNT", help="How much worse is accepted: 0.01, or 2%."),
    click.option(
        "--alpha", type=float, metavar="P", help="How often equal runs may fail. [default: 0.05]"
    ),
    click.option(
        "--repeats/--no-repeats", default=None,
        help="Take all runs of a side as one experiment repeated, whatever their names.",
    ),
    click.option(
        "--write-baseline", metavar="FILE",
        help="Where the gate passes, add the runs to FILE as the newest baseline.",
    ),
    click.option("--label", default="", metavar="TEXT", help="Name what is written; replaces that name."),
)  # fmt: skip


def flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """The flags of a baseline on a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def parted(settings: Settings) -> tuple[Settings, Mapping[str, Any]]:
    """The settings without the table ``check.baseline``, and that table."""
    table = settings.check.get("baseline", {})
    if not isinstance(table, dict):
        fix = 'Write [tool.curvedoc.check.baseline] and below it path = "baseline.json".'
        raise UsageError("'check.baseline' is not a table", fix, str(settings.path))
    return replace(settings, check={k: v for k, v in settings.check.items() if k != "baseline"}), table


def terms_of(given: Mapping[str, Any], table: Mapping[str, Any] | None = None, where: str = "") -> Terms:
    """What the flags say, and where they are silent the table."""
    from curvedoc.baseline.terms import KEYS, terms

    terms(table or {}, where)  # what is wrong with the file is said of the file
    said = {key: given.get(key) for key in KEYS}
    return terms({**(table or {}), **{k: v for k, v in said.items() if v is not None and v != ()}})


def said(
    given: Mapping[str, Any], table: Mapping[str, Any], settings: Settings
) -> dict[str, tuple[Any, str]]:
    """What is said of a baseline, by the keys of its table, each with where: a flag, or else the file."""
    from curvedoc.baseline.terms import KEYS

    terms_of(given, table, str(settings.path or ""))
    _paths(table, str(settings.path or ""))
    found = {key: (value, f"{settings.path} [check.baseline]") for key, value in table.items()}
    flags = {"path": given["baseline"], **{key: given.get(key) for key in KEYS if key != "path"}}
    for key, value in flags.items():
        if value is not None and value != ():
            found[key] = (value, "--baseline" if key == "path" else f"--{key}")
    return found


@dataclass(frozen=True, eq=False)
class Asked:
    """What a call of ``check`` asks of baselines: to compare with one, to write one, or nothing.

    ``paths``: what to compare with, as it was named. ``before``: the file of ``--write-baseline`` as it is;
    None when there is none yet.
    """

    terms: Terms
    paths: tuple[str, ...]
    baseline: Baseline | None
    file: str | None
    before: Baseline | None
    label: str

    def files(self, settings: Settings) -> list[str]:
        """The files that this and the settings name: no report may take their place."""
        return [
            *self.paths,
            *([self.file] if self.file else []),
            *([str(settings.path)] if settings.path else []),
        ]

    def look(self, batch: Batch) -> Sequence[Sequence[Check]] | None:
        """The conditions of each run of a batch; says what has no counterpart. None without a baseline."""
        from curvedoc.baseline.checks import against

        if self.baseline is None:
            return None
        verdict = against([d.run for d in batch.diagnoses], self.baseline, self.terms)
        for remark in verdict.remarks:
            say(clean(f"curvedoc: {self.baseline.path}: {remark}"))
        return verdict.checks

    def write(self, batch: Batch, passed: bool) -> None:
        """Add the runs of a batch to the baseline file, if one is asked for and the gate passed."""
        from datetime import UTC, datetime

        from curvedoc.baseline.file import added, to_text
        from curvedoc.baseline.history import Entry
        from curvedoc.baseline.summary import summary

        if self.file is None:
            return
        if not passed or not batch.diagnoses:
            say(clean(f"curvedoc: {self.file}: not written, for the gate did not pass"))
            return
        runs = tuple(summary(d.run, self.terms.compare) for d in batch.diagnoses)
        day = datetime.now(UTC).date().isoformat()
        whole = added(self.before, Entry(runs, self.label, day))
        emit(to_text(whole), self.file)
        say(
            clean(
                f"curvedoc: {self.file}: {count(len(runs), 'run')} written, as baseline {len(whole.entries)}"
            )
        )


def asked(given: Mapping[str, Any], table: Mapping[str, Any], settings: Settings) -> Asked:
    """What flags and settings ask for; reads the baseline, so that a wrong one ends the call at once."""
    where = str(settings.path or "")
    terms = terms_of(given, table, where)
    paths = list(given["baseline"]) or _paths(table, where)
    baseline = None
    if paths:
        from curvedoc.baseline.gathered import gather

        baseline = gather(paths, options(given, settings), terms.compare)
    file = given["write_baseline"]
    return Asked(terms, tuple(paths), baseline, file, _before(file), given["label"])


def _paths(table: Mapping[str, Any], where: str) -> list[str]:
    """The key ``path`` of the settings, which starts from the folder that they stand in."""
    value = table.get("path", [])
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise UsageError("'path' is not a string", 'Write path = "baseline.json".', where)
    if "path" in table and not (entries and all(entries)):  # nothing would be compared, and all pass
        raise UsageError("'path' of the baseline names nothing", 'Write path = "baseline.json".', where)
    return [os.path.join(Path(where).parent, entry) for entry in entries]  # noqa: PTH118 - may be a glob


def _before(file: str | None) -> Baseline | None:
    """The baseline in a file to be written; None when there is no file yet.

    Raises UsageError when the file is something else, which is never overwritten.
    """
    from curvedoc.baseline.file import is_baseline, load

    if file is None or not Path(file).exists():
        return None
    if not is_baseline(file):
        raise UsageError(
            "is no baseline and will not be overwritten", "Name a new file, or a baseline to add to.", file
        )
    return load(file)
