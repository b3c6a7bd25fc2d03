"""What is no training log: by its first bytes, or by its words when a search came across it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .encoding import is_binary
from .errors import NotALogError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .run import Logged
    from .source import Source

FORMATS = (
    "CSV and other tables, JSON, JSON Lines, TensorBoard event files, plain-text logs and the stores of "
    "MLflow, W&B, Sacred and Aim"
)
"""What is read, as errors tell it."""

STORED = ((b"SQLite format 3\0", "mlflow"), (b":W&B", "wandb"))
"""Binary files that a reader knows by their first bytes."""

_MAGIC = (
    (b"PK\x03\x04", "a zip archive (or a torch checkpoint)"),
    (b"\x80\x02", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x80\x03", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x80\x04", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x80\x05", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x89HDF", "an HDF5 file (weights?)"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "packed twice: unpack it once"),
    (b"BZh", "packed twice: unpack it once"),
    (b"\xfd7zXZ", "packed twice: unpack it once"),
    (b"\x28\xb5\x2f\xfd", "packed twice: unpack it once"),
    (b"\x89PNG", "a picture"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)

_OURS = re.compile(
    rb'\s*\{\s*"schema_version": \d+,\s*"(tool": \{\s*"name": "curvedoc"|(name|path)": ")'
    rb'|\s*\{\s*"kind": "curvedoc baseline"'
    rb'|"run","path","state","confidence",'
)

# The first line of a table of a training: of other tables the header alone is not known to be one.
_HEADER = re.compile(r"(?=.*[,;\t])(?=.*(?<![a-z])loss(?![a-z]))[^\d\s][^\0-\b\n-\x1f=:]*")

_CURVE_WORD = (
    r"loss|acc|err|auc|f1|f_?score|map|iou|bleu|rouge|wer|cer|ppl|perplex|reward|return|nll|entropy|mse|mae|rmse|"
    r"r2|dice|score|precision|recall|metric|fid|psnr|ssim|elbo|kl|cost|objective|train|val"
)


def is_report(head: bytes) -> bool:
    """Whether a file begins as our own reports do that look like logs: JSON, JSON Lines, CSV, baselines."""
    return _OURS.match(head) is not None


def refuse(source: Source) -> None:
    """Refuse what no reader can read: nothing, our own reports, Git LFS pointers, archives, checkpoints.

    Raises :class:`~curvedoc.errors.NotALogError`, and for the header of a training's table without any row
    :class:`~curvedoc.errors.UnreadableError`: a run that died before its first row is a run.
    """
    head = source.head
    if not head.strip():
        raise NotALogError(
            "is empty", "Let the training write to it first, or name another file.", source.path
        )
    if is_report(head):
        raise NotALogError(
            "is a report or a baseline of curvedoc", "Name the log that it was made from.", source.path
        )
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        raise NotALogError(
            "is a Git LFS pointer: the log itself was not downloaded",
            "Run `git lfs pull` in its repository.",
            source.path,
        )
    if b"{" not in head and len(head) < 1 << 14 and _HEADER.fullmatch(source.head_text.strip().lower()):
        raise UnreadableError(
            "holds a header and no row",
            "Let the training write to it first, or name another file.",
            source.path,
        )
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise NotALogError(f"is {what}", f"Name a log: {FORMATS}.", source.path)


def refuse_binary(source: Source, known: Callable[[Source], float]) -> None:
    """Refuse binary files but those that a reader knows: by their first bytes, or ``known`` does."""
    stored = any(source.head.startswith(magic) for magic, _ in STORED)
    if not stored and is_binary(source.head) and not known(source):
        raise NotALogError(
            "is a binary file in no format that is read", f"Name a log: {FORMATS}.", source.path
        )


def may_be_training(source: Source) -> bool:
    """A cheap look at what a search came across: data sets and package lists are large and many."""
    known = "-tag-" in source.filename or source.filename.endswith("learning_stats.csv")
    if any(source.head.startswith(magic) for magic, _ in STORED):
        return True
    text = f"{source.filename}\n{source.head_text}"
    return known or re.search(_CURVE_WORD, text, re.IGNORECASE) is not None


def is_training(logged: Logged) -> bool:
    """Whether what a search came across speaks of training: it names a loss or metric and counts steps."""
    named = any(re.search(_CURVE_WORD, s.name, re.IGNORECASE) for s in logged.series)
    return named and (logged.x != "row" or any("loss" in s.name.lower() for s in logged.series))
