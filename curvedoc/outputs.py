"""Which reports a call asks for, and where each of them goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError, nearest
from .reports import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STDOUT = "-"
DEFAULT = "terminal"
# Any report may stand in such a file; without a --format the one for people does.
PLAIN = ".txt"
# What the ending of a file says of the report in it.
ENDINGS = {
    ".csv": "csv",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".markdown": "markdown",
    ".md": "markdown",
    ".ndjson": "jsonl",
    ".sarif": "sarif",
    ".xml": "junit",
}
# Those of the formats that there are, as help and errors name them.
KNOWN = ", ".join(ending for ending, form in ENDINGS.items() if form in FORMATS)
# These are JSON too, and files of theirs are often called so.
JSON = ("json", "jsonl", "sarif")
# Made to be looked at as they come; of several reports these are the ones that go to standard output.
SCREENS = ("terminal", "github")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One report of a call: its format, and its file (None: standard output)."""

    form: str
    file: str | None = None


def wanted(formats: Sequence[str], files: Sequence[str]) -> tuple[Wanted, ...]:
    """The reports that ``--format`` and ``--output`` ask for: files in their order, standard output last.

    The ending of a file decides. Where it does not (an unknown one, none, ``.json`` for the formats that are
    JSON), the file takes a format that no other file took, in the order given. What is left goes to standard
    output; ``-`` as a file stands for that. Raises UsageError where this leaves a doubt, and for a folder
    that does not exist, before any work is done.
    """
    for name in formats:
        if name not in FORMATS:
            raise UsageError(
                f"There is no output format '{name}'.{nearest(name, FORMATS)}",
                f"Choose one of: {', '.join(FORMATS)}.",
            )
    places = [file for file in files if file != STDOUT]
    _check(places)
    left = list(formats)
    taken: dict[str, str] = {}
    for file in places:
        form = _by_ending(file)
        if form is not None and form != "json":
            taken[file] = form
            left = _without(left, [form])
    taken |= _as_json([f for f in places if _by_ending(f) == "json"], left)
    left = _without(list(formats), taken.values())
    taken |= _in_order([f for f in places if f not in taken], left)
    left = _without(list(formats), taken.values())
    if not left and (not places or STDOUT in files):
        left = [DEFAULT]
    if len(left) > 1:
        raise UsageError(
            f"two reports for standard output: {left[0]} and {left[1]}",
            f"Give one of them a file, e.g. --output report{_ending(left[-1])}.",
        )
    return tuple(Wanted(taken[file], file) for file in places) + tuple(Wanted(form) for form in left)


def _check(files: Sequence[str]) -> None:
    """Files that cannot be written, or that two reports would share."""
    seen: set[Path] = set()
    for file in files:
        path = Path(file)
        if not path.parent.is_dir():
            raise UsageError("its folder does not exist", f"Make it first: mkdir -p {path.parent}", file)
        if path.is_dir():
            raise UsageError("is a folder", f"Name a file in it, e.g. {path / 'report.json'}.", file)
        if path.resolve() in seen:
            raise UsageError("two reports for one file", "Give each --output a name of its own.", file)
        seen.add(path.resolve())


def _by_ending(file: str) -> str | None:
    form = ENDINGS.get(Path(file).suffix.lower())
    return form if form in FORMATS else None


def _as_json(files: Sequence[str], left: Sequence[str]) -> dict[str, str]:
    """Files called ``.json``: the formats of that family that no file took, else json."""
    family = [form for form in left if form in JSON]
    if not files:
        return {}
    if family and len(family) != len(files):
        raise _doubt(files[0], family)
    return dict(zip(files, family or ["json"] * len(files), strict=True))


def _in_order(files: Sequence[str], left: Sequence[str]) -> dict[str, str]:
    """Files whose ending says nothing: the formats that are left, those for the screen only if need be."""
    if not files:
        return {}
    if not left:
        strangers = [file for file in files if Path(file).suffix.lower() != PLAIN]
        if not strangers:
            return dict.fromkeys(files, DEFAULT)
        ending = Path(strangers[0]).suffix
        what = f"the ending '{ending}' belongs to no report" if ending else "which report?"
        raise UsageError(what, f"Add --format NAME, or end the name with one of: {KNOWN}.", strangers[0])
    for choice in (left, [form for form in left if form not in SCREENS]):
        if len(choice) == len(files):
            return dict(zip(files, choice, strict=True))
    raise _doubt(files[0], left)


def _doubt(file: str, forms: Sequence[str]) -> UsageError:
    which = f"which of {' and '.join(forms)}?" if len(forms) > 1 else f"only --format {forms[0]} is left"
    return UsageError(
        f"{which} One --output for each --format is needed, or an ending that tells them apart",
        f"End its name as the report is called, e.g. {Path(file).stem}{_ending(forms[-1])}.",
        file,
    )


def _ending(form: str) -> str:
    return next((ending for ending in sorted(ENDINGS, key=len) if ENDINGS[ending] == form), PLAIN)


def _without(formats: Sequence[str], used: Iterable[str]) -> list[str]:
    """``formats`` less one for each that was used."""
    left = list(formats)
    for form in used:
        if form in left:
            left.remove(form)
    return left
