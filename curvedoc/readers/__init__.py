"""The readers, in the order in which they are asked, and how one is chosen.

A reader is a module with

- ``NAME``: its id, as in ``--reader csv``; ``ABOUT``: one line for the docs;
- ``sniff(source) -> float``: how sure it is, in [0, 1], from ``source.head`` and the name; cheap, no error;
- ``read(source, options) -> list[Logged]``: every run in the source; raises
  :class:`~curvedoc.errors.UnreadableError` or :class:`~curvedoc.errors.NotALogError` with a fix.

A reader does not judge and does not name: it gives series by logged name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from curvedoc.errors import CurvedocError, NotALogError, UsageError, nearest
from curvedoc.refusal import FORMATS, STORED, is_training, may_be_training, refuse, refuse_binary

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
    if source.root and source.kind == "file" and not any(is_training(logged) for logged in found):
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
        refuse(source)
        if options.reader != "tensorboard":
            refuse_binary(source, reader("tensorboard").sniff)
    if source.root and source.kind == "file" and not may_be_training(source):
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

    What a directory search came across and is no training log is no error: it is appended to ``skipped``,
    and so is an archive that is damaged or too large. A directory without any log is an error. ``progress``
    is called with (sources done, sources in all).
    ``work`` makes of each source what is yielded: its runs, unless a caller goes on with them at once.
    """
    found = discover(paths)
    sources = [source for source in found if not isinstance(source, CurvedocError)]
    outcomes = (work or _loaded)(sources, options)
    searches: dict[str, _Search] = {}
    for done, source in enumerate(found, 1):
        outcome = source if isinstance(source, CurvedocError) else next(outcomes)
        search = searches.setdefault(source.root, _Search())
        if not isinstance(outcome, CurvedocError):
            search.logs += len(outcome)
            yield from outcome
        elif source.root and (outcome is source or isinstance(outcome, NotALogError)):
            outcome.path = outcome.path or source.path
            search.passed.append(outcome)
        else:
            outcome.path = outcome.path or source.path
            search.logs += 1
            yield outcome
        if progress:
            progress(done, len(found))
    for root, search in searches.items():
        yield from search.problems(root) if root else ()
        if skipped is not None:
            skipped += search.passed


@dataclass
class _Search:
    """What came of the search of one directory: the number of logs, and what was passed over."""

    logs: int = 0
    passed: list[CurvedocError] = field(default_factory=list)

    def problems(self, root: str) -> list[CurvedocError]:
        """What is wrong with a directory without logs: what in it cannot be opened, else that it has none."""
        if self.logs:
            return []
        broken = [error for error in self.passed if not isinstance(error, NotALogError)]
        self.passed = [error for error in self.passed if error not in broken]
        none = NotALogError(
            f"holds no training log ({len(self.passed)} files looked at)",
            "Name the directory of a run or its log.",
            root,
        )
        return broken or [none]


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
    store = next((name for magic, name in STORED if head.startswith(magic)), None)
    if store:
        return [store]
    json = head.lstrip()[:1] in (b"{", b"[") or b"\n{" in head or b"\0" in head or not head[:1].isascii()
    binary = source.kind == "events" or "tfevents" in source.filename or b"\0" in head
    apart = {"jsonl": json, "json": json, "tensorboard": binary, "mlflow": head[:10].isdigit()}
    apart |= dict.fromkeys(STORES[1:], False)  # known by where they lie or by their first bytes
    return [name for name in READERS if apart.get(name, True)]
