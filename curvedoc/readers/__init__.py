"""The readers, in the order in which they are asked, and how one is chosen.

A reader is a module with

- ``NAME``: its id, as in ``--reader csv``; ``ABOUT``: one line for the docs;
- ``sniff(source) -> float``: how sure it is, in [0, 1], from ``source.head`` and the name; cheap, no error;
- ``read(source, options) -> list[Logged]``: every run in the source; raises
  :class:`~curvedoc.errors.UnreadableError` or :class:`~curvedoc.errors.NotALogError` with a fix.

A reader does not judge and does not name: it gives series by logged name.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from curvedoc.errors import CurvedocError, NotALogError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source

    Outcome: TypeAlias = Sequence[Any] | CurvedocError
    Work: TypeAlias = Callable[[Sequence[Source], ReadOptions], Iterator[Outcome]]

READERS: tuple[str, ...] = (
    "tensorboard",
    "mlflow",
    "wandb",
    "sacred",
    "aim",
    "jsonl",
    "json",
    "csv",
    "text",
)
"""The table of contents: modules of this package, asked in this order."""

SURE_ENOUGH = 0.25
"""Below this no reader claims a file."""

STORES = ("mlflow", "wandb", "sacred", "aim")
"""Readers of experiment trackers: a source that a search found for one of them has its id as ``kind``."""

FORMATS = (
    "CSV and other tables, JSON, JSON Lines, TensorBoard event files, plain-text logs and the stores of "
    "MLflow, W&B, Sacred and Aim"
)

_CURVE_WORD = (
    r"loss|acc|err|auc|f1|f_?score|map|iou|bleu|rouge|wer|cer|ppl|perplex|reward|return|nll|entropy|mse|mae|rmse|"
    r"r2|dice|score|precision|recall|metric|fid|psnr|ssim|elbo|kl|cost|objective|train|val"
)


def reader(name: str) -> Any:
    """The module of a reader; raises :class:`~curvedoc.errors.UsageError` for an unknown one."""
    if name not in READERS:
        raise UsageError(
            f"there is no reader '{name}'.{nearest(name, READERS)}", f"Use one of: {', '.join(READERS)}."
        )
    return import_module(f"{__name__}.{name}")


def discover(paths: Sequence[str]) -> list[Source | CurvedocError]:
    """The sources behind paths: files, directories (searched), globs and ``-`` (standard input).

    A path that is not there becomes an error in its place.
    """
    from curvedoc.discovery import find

    return find(paths)


def load(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in a source, by the reader that is surest of its content (or the one asked for).

    Raises :class:`~curvedoc.errors.UnreadableError` or :class:`~curvedoc.errors.NotALogError`, with a fix.
    """
    options = options.at(source.path)
    found: list[Logged] = chosen(source, options).read(source, options)
    if source.root and source.kind == "file" and not any(_is_training(logged) for logged in found):
        raise NotALogError("names no loss or metric over steps", "Name it if it is a log.", source.path)
    return found


def chosen(source: Source, options: ReadOptions) -> Any:
    """The module of the reader that is surest of a source (or the one asked for), by its beginning alone.

    Raises as :func:`load` for what no reader takes.
    """
    wanted = reader(options.reader) if options.reader else None
    if source.kind in STORES and wanted is not None and options.reader != source.kind:
        raise UsageError(
            f"is a store of {source.kind}: the reader '{options.reader}' cannot read it",
            "Leave --reader away.",
            source.path,
        )
    if source.kind not in ("events", *STORES):
        _refuse(source, options.reader)
    if source.root and source.kind == "file" and not _may_be_training(source):
        raise NotALogError("names no loss or metric", "Name it if it is a log.", source.path)
    return wanted or _surest(source)


def read_paths(
    paths: Sequence[str],
    options: ReadOptions,
    skipped: list[CurvedocError] | None = None,
    progress: Callable[[int, int], None] | None = None,
    work: Work | None = None,
) -> Iterator[Any]:
    """Every run behind paths, or the error in its place.

    What a directory search came across and is no training log is no error: it is appended to ``skipped``.
    A directory without any log is an error. ``progress`` is called with (sources done, sources in all).
    ``work`` makes of each source what is yielded: its runs, unless a caller goes on with them at once.
    """
    found = discover(paths)
    sources = [source for source in found if not isinstance(source, CurvedocError)]
    outcomes = (work or _loaded)(sources, options)
    left = [] if skipped is None else skipped
    searched: dict[str, list[int]] = {}
    for done, source in enumerate(found, 1):
        if isinstance(source, CurvedocError):
            yield source
            continue
        runs, passed = searched.setdefault(source.root, [0, 0]) if source.root else [0, 0], 0
        outcome = next(outcomes)
        if isinstance(outcome, CurvedocError):
            outcome.path = outcome.path or source.path
            passed = bool(source.root) and isinstance(outcome, NotALogError)
            if passed:
                left.append(outcome)
                runs[1] += 1
            else:
                runs[0] += 1
                yield outcome
        else:
            runs[0] += len(outcome)
            yield from outcome
        if progress:
            progress(done, len(found))
    for root, (logs, others) in searched.items():
        if not logs:
            yield NotALogError(
                f"holds no training log ({others} files looked at)",
                "Name the directory of a run or its log.",
                root,
            )


def attempt(source: Source, options: ReadOptions) -> list[Logged] | CurvedocError:
    """Every run in a source, or why there are none."""
    try:
        return load(source, options)
    except CurvedocError as error:
        if "://" in source.path:  # as a path, an address is not what the user wrote
            error.path = source.path
        return error


def _loaded(sources: Sequence[Source], options: ReadOptions) -> Iterator[Outcome]:
    """The runs in each source, one source at a time."""
    return (attempt(source, options) for source in sources)


def _surest(source: Source) -> Any:
    """The reader that is surest that the source is its own."""
    best, sure = None, SURE_ENOUGH
    for name in _plausible(source):
        module = reader(name)
        says = module.sniff(source)
        if says > sure:
            best, sure = module, says
        if says >= 1.0:
            break
    if best is None:
        raise NotALogError(
            "is in no format that is read",
            f"These are read: {FORMATS}. Write the losses to one of them, or choose with --reader.",
            source.path,
        )
    return best


def _plausible(source: Source) -> list[str]:
    """The readers worth asking, by the first bytes: each costs an import."""
    if source.kind in STORES:
        return [source.kind]
    head = source.head
    store = next((name for magic, name in _STORED if head.startswith(magic)), None)
    if store:
        return [store]
    json = head.lstrip()[:1] in (b"{", b"[") or b"\n{" in head or b"\0" in head or not head[:1].isascii()
    binary = source.kind == "events" or "tfevents" in source.filename or b"\0" in head
    apart = {"jsonl": json, "json": json, "tensorboard": binary, "mlflow": head[:10].isdigit()}
    apart |= dict.fromkeys(STORES[1:], False)  # known by where they lie or by their first bytes
    return [name for name in READERS if apart.get(name, True)]


def _refuse(source: Source, wanted: str | None) -> None:
    """Refuse what no reader can read: nothing, Git LFS pointers, archives, binary files."""
    from curvedoc.source import is_binary

    head = source.head
    if not head.strip():
        raise NotALogError(
            "is empty", "Let the training write to it first, or name another file.", source.path
        )
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        raise NotALogError(
            "is a Git LFS pointer: the log itself was not downloaded",
            "Run `git lfs pull` in its repository.",
            source.path,
        )
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise NotALogError(f"is {what}", f"Name a log: {FORMATS}.", source.path)
    if wanted == "tensorboard" or any(head.startswith(magic) for magic, _ in _STORED):
        return
    if is_binary(head) and not reader("tensorboard").sniff(source):
        raise NotALogError(
            "is a binary file in no format that is read", f"Name a log: {FORMATS}.", source.path
        )


_MAGIC = (
    (b"PK\x03\x04", "a zip archive (or a torch checkpoint)"),
    (b"\x80\x02", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x80\x03", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x80\x04", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x80\x05", "a Python pickle (a checkpoint?), which is never opened"),
    (b"\x89HDF", "an HDF5 file (weights?)"),
    (b"PAR1", "a Parquet file"),
    (b"BZh", "compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "compressed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)

_STORED = ((b"SQLite format 3\0", "mlflow"), (b":W&B", "wandb"))
"""Binary files that a reader knows by their first bytes."""


def _may_be_training(source: Source) -> bool:
    """A cheap look at what a search came across: data sets and package lists are large and many."""
    known = "-tag-" in source.filename or source.filename.endswith("learning_stats.csv")
    if any(source.head.startswith(magic) for magic, _ in _STORED):
        return True
    text = f"{source.filename}\n{source.head_text}"
    return known or re.search(_CURVE_WORD, text, re.IGNORECASE) is not None


def _is_training(logged: Logged) -> bool:
    """Whether what a search came across speaks of training: it names a loss or metric and counts steps."""
    named = any(re.search(_CURVE_WORD, s.name, re.IGNORECASE) for s in logged.series)
    return named and (logged.x != "row" or any("loss" in s.name.lower() for s in logged.series))
