"""The event files of a run as they are found: those with scalars, and why the others have none."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.errors import NotALogError, UnreadableError
from curvedoc.source import unreadable

from .scalars import Scalars, read_scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_LFS = b"version https://git-lfs"


@dataclass(slots=True)
class PassedOver:
    """A file without scalars: ``why`` in two words, and the error if there is nothing else."""

    why: str
    error: UnreadableError


def read_all(
    files: Sequence[Path], read: Callable[[Path], Scalars] = read_scalars
) -> tuple[list[tuple[Path, Scalars]], list[PassedOver]]:
    """The files that hold scalars, in the order of time, and those that do not; ``read`` reads one file."""
    found: list[tuple[Path, Scalars]] = []
    passed_over = []
    for file in files:
        try:
            scalars = read(file)
            head = b"" if scalars.records else _head(file)
        except OSError as error:
            passed_over.append(PassedOver("unreadable", unreadable(str(file), error)))
            continue
        if scalars.points:
            found.append((file, scalars))
        else:
            passed_over.append(_without_scalars(file, scalars, head))
    # Files without a clock come last, by name.
    found.sort(key=lambda item: (item[1].began if item[1].began > 0 else math.inf, item[0]))
    return found, passed_over


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(len(_LFS))


def _without_scalars(file: Path, scalars: Scalars, head: bytes) -> PassedOver:
    path = str(file)
    if scalars.records:
        fix = "Log losses with add_scalar (PyTorch), tf.summary.scalar or the Keras callback TensorBoard."
        if 2 * scalars.skipped["unreadable record"] > scalars.records:
            what, why = "holds records that are no TensorBoard events", "without events"
            fix = "Name the event file that the run wrote; training data in TFRecord files are no log."
        elif scalars.skipped:
            what, why = f"holds no scalars, only {_kinds(scalars.skipped)}", "without scalars"
        else:
            what, why = "holds the file header and nothing else: no scalar was logged", "header only"
        return PassedOver(why, NotALogError(what, fix, path))
    if head.startswith(_LFS):
        what = "is a Git LFS pointer, not the event file itself"
        return PassedOver(
            "Git LFS pointer", NotALogError(what, "Run `git lfs pull` to fetch the file.", path)
        )
    if not head:
        fix = "Close or flush the writer (writer.close()), or wait until the run has logged something."
        return PassedOver("empty", UnreadableError("is an empty event file (0 bytes)", fix, path))
    if scalars.damage and scalars.damage.kind == "cut off":
        what = f"is cut off inside its first record ({scalars.damage.lost} bytes)"
        return PassedOver(
            "cut off", UnreadableError(what, "Copy the file again from where it was written.", path)
        )
    what = "is not a TensorBoard event file, or damaged: the checksum of its first record does not match"
    fix = "Copy the file again in binary mode, or name the log with --reader if it is of another kind."
    return PassedOver("damaged", UnreadableError(what, fix, path))


def nothing_in(passed_over: list[PassedOver], path: str) -> UnreadableError:
    """The error for a run without a single scalar."""
    first = passed_over[0].error
    if len(passed_over) == 1:
        return first
    counts = Counter(item.why for item in passed_over)
    kind = NotALogError if any(isinstance(p.error, NotALogError) for p in passed_over) else UnreadableError
    if len(counts) == 1:
        return kind(
            f"none of its {len(passed_over)} event files can be used: each {first.problem}", first.fix, path
        )
    return kind(
        f"none of its {len(passed_over)} event files holds a scalar: {_kinds(counts)}", first.fix, path
    )


def about(found: list[tuple[Path, Scalars]], passed_over: list[PassedOver]) -> list[str]:
    """Sentences on damaged files, files without scalars and what is no scalar."""
    notes = []
    for file, scalars in found:
        if scalars.damage is None:
            continue
        if scalars.damage.kind == "cut off":
            notes.append(f"{file.name}: cut off inside the last record, {scalars.damage.lost} bytes not read")
        else:
            at, lost = scalars.damage.at, scalars.damage.lost
            notes.append(f"{file.name}: wrong checksum at byte {at}, {lost} bytes from there on not read")
    if passed_over:
        total = len(found) + len(passed_over)
        counts = Counter(item.why for item in passed_over)
        notes.append(f"{len(passed_over)} of {total} event files without scalars: {_kinds(counts)}")
    skipped = sum((scalars.skipped for _, scalars in found), Counter[str]())
    if skipped:
        notes.append(f"skipped what is no scalar: {_kinds(skipped)}")
    return notes


def _kinds(counts: Counter[str]) -> str:
    return ", ".join(f"{what} ({n})" for what, n in counts.most_common())
