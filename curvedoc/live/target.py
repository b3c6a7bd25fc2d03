"""Which log is followed behind a path: a file, a pipe, the newest run of a directory; it may come later."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from curvedoc.errors import CurvedocError, UsageError
from curvedoc.source import Source, is_pipe

from .logs import TextLog
from .pipe import Pipe
from .tail import News, Tail
from .whole import EventRun, Whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.source import ReadOptions

    from .logs import Log

STDIN = ("-", "/dev/stdin")


class Target:
    """The log behind ``path``; ``said`` collects what the user should know once."""

    def __init__(self, path: str, options: ReadOptions) -> None:
        if "://" in path:
            raise UsageError(
                "is an address: watch follows what is on this machine",
                "Run it where the log is written, or `curvedoc diagnose` the address.",
                path,
            )
        self.path, self._options = path, options
        self.said: list[str] = []
        self.log: Log | None = None
        self.pipe: Pipe | None = None
        self.problem: CurvedocError | None = None
        self._known: set[Path] | None = None  # files that were there before the run that is followed
        self._tried: dict[tuple[Path, ...], tuple[int, ...]] = {}

    def update(self) -> News:
        """Find the log, or another run that began, and read what is new of it. Raises UnreadableError."""
        switched = self._resolve()
        if self.log is None:
            return News.NONE
        news = self.log.update()
        return News.ANEW if switched else news

    def _resolve(self) -> bool:
        """Look what is behind the path; True when another run than before is followed."""
        place = Path(self.path).expanduser()
        if self.pipe is not None or (isinstance(self.log, TextLog) and self.log.begun and place.is_file()):
            return False
        if self.path in STDIN or is_pipe(place):
            self._listen(place)
            return False
        from curvedoc.discovery import find

        found = find([self.path])
        sources = [source for source in found if isinstance(source, Source)]
        self.problem = next((e for e in found if isinstance(e, CurvedocError)), None)
        if not sources:
            return False
        if self.log is not None and (same := _same(self.log, sources)):
            self.log.source = same if same.files != self.log.source.files else self.log.source
            return self._newer([s for s in sources if s is not same])
        return self._first(sources)

    def _listen(self, place: Path) -> None:
        if self.path in STDIN:
            source = Source("<stdin>", "stdin", (), "stdin")
            self.pipe = Pipe(sys.stdin.fileno)
        else:
            source = Source(self.path, place.name, (place,), "stdin")
            self.pipe = Pipe(lambda: os.open(place, os.O_RDONLY))
        self.log = TextLog(source, self.pipe, self._options.at(source.path))

    def _first(self, sources: Sequence[Source]) -> bool:
        """Follow the run that was written last; one that took the place of ours is the same run going on."""
        going_on = self.log is not None
        self.log = None
        for source in sorted(sources, key=_written, reverse=True):
            if log := self._open(source):
                self.log = log
                self._known = {file for other in sources for file in other.files}
                if len(sources) > 1 and not going_on:
                    self.said.append(f"following {source.name}, written last of {len(sources)} logs here")
                break
        return False

    def _newer(self, others: Sequence[Source]) -> bool:
        """Follow a run that began after the one that is followed."""
        fresh = [s for s in others if self._known is not None and self._known.isdisjoint(s.files)]
        for source in sorted(fresh, key=_written, reverse=True):
            if log := self._open(source):
                self.log = log
                self._known = {file for other in others for file in other.files}
                self.said.append(f"{source.name} began: following it from here on")
                return True
        return False

    def _open(self, source: Source) -> Log | None:
        """A log for a source; None for what a search came across and is none (so far)."""
        if source.root:
            from curvedoc.readers import attempt

            state = tuple(n for file in source.files for n in _state(file))
            if self._tried.get(source.files) == state:
                return None
            found = attempt(replace(source), self._options)
            if isinstance(found, CurvedocError):
                self.problem = self.problem or found
                self._tried[source.files] = state
                return None
        return followed(source, self._options)


def followed(source: Source, options: ReadOptions) -> Log:
    """How a source is followed: by its lines, by its records, or read again."""
    options = options.at(source.path)
    plain = all(type(file) is type(Path()) for file in source.files)
    if plain and source.kind == "events":
        return EventRun(source, options)
    if plain and source.kind == "file" and len(source.files) == 1:
        return TextLog(source, Tail(source.files[0]), options)
    return Whole(lambda: replace(source), options, source.kind)


def _same(log: Log, sources: Sequence[Source]) -> Source | None:
    """The source that a log has files of."""
    own = set(log.source.files)
    return next((s for s in sources if s.kind == log.source.kind and not own.isdisjoint(s.files)), None)


def _state(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


def _written(source: Source) -> int:
    """When any of its files was written last."""
    return max((_state(file)[1] for file in source.files), default=0)
