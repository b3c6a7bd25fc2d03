"""What the command line needs of a terminal: streams, colour, width, progress, a quick start and end."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from .errors import CurvedocError, UsageError
from .wording import clean

if TYPE_CHECKING:
    from typing import TextIO

    from rich.progress import Progress

PATIENCE = 1.0  # seconds of silence before a progress bar appears
PLAIN_WIDTH = 80  # columns where no terminal says otherwise


def colour(stream: TextIO) -> bool:
    """Whether to colour what goes to ``stream``: a terminal, and neither NO_COLOR nor TERM=dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """Columns of the terminal behind ``stream`` (the COLUMNS variable first); 80 when there is none."""
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(stream.fileno()).columns or PLAIN_WIDTH
    except (OSError, ValueError):
        return PLAIN_WIDTH


def speaks_unicode(stream: TextIO) -> bool:
    """Whether the characters that reports draw with can be written to ``stream``."""
    try:
        "⣿─█→…≤".encode(stream.encoding or "utf-8")  # without one it takes any text
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def emit(text: str | bytes, output: str | None = None, *, commands: bool = False) -> None:
    """Write text (with a line end at its end) or bytes to standard output, or atomically to ``output``.

    A reader that went away (``| head``) is no error. ``commands``: the text is made of workflow commands and
    means them. Raises UsageError when it cannot be written, e.g. because the disk is full.
    """
    if isinstance(text, str):
        text = text if not text or text.endswith("\n") else text + "\n"
    if output is not None:
        _replace(Path(output), text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace"))
        return
    try:
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text if commands else harmless(text))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes again at exit and would complain: give it somewhere to write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise UsageError(
            f"standard output cannot be written: {error.strerror}", "Free some space."
        ) from error


# What the runners of GitHub (and Gitea, Forgejo) take for a command on either stream: ``::name ...::`` after
# the blanks that begin a line, and the older ``##[name ...]`` anywhere in it.
_COMMAND = re.compile(r"^\s*:(?=:)|##(?=\[)", re.MULTILINE)


def harmless(text: str) -> str:
    """``text`` with nothing in it that a runner of workflows would obey; on other machines as it is.

    A name in a log may be ``::stop-commands::x``. A character without width breaks what would be a command.
    """
    return _COMMAND.sub("\\g<0>\u200b", text) if os.environ.get("GITHUB_ACTIONS") else text


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a temporary neighbour, then a rename."""
    special = path.exists() and not path.is_file()  # /dev/stdout, a named pipe: nothing there to replace
    path = path if special else path.resolve()  # through a symbolic link, not in its place
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if special:
            path.write_bytes(data)
            return
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(
            f"cannot be written: {error.strerror}", "Choose a file in a folder you may write to.", str(path)
        ) from error


def say(text: str) -> None:
    """One line on standard error; where nothing can be written there, nothing is lost that could be told."""
    with contextlib.suppress(OSError):
        print(harmless(text), file=sys.stderr, flush=True)  # noqa: T201


def complain(error: CurvedocError) -> None:
    """An error on standard error: where, what, how to mend it."""
    where = f"{error.path}: " if error.path else ""
    say(clean(f"curvedoc: {where}{error.problem}"))
    if error.fix:
        say(clean(f"  {error.fix}"))


def hurry() -> None:
    """What makes a short process start faster; a library must leave both alone, a program may set them."""
    # Nothing here multiplies large matrices, and numpy's pool of threads costs more than a whole diagnosis.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Importing makes no garbage, but enough objects to set off a dozen collections.
    gc.set_threshold(100_000)


def leave(code: int) -> NoReturn:
    """End the process without taking everything apart.

    The system frees memory at once; Python would spend a sixth of the run on it, object by object.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)


class ProgressBar:
    """A bar on standard error: only on a terminal, and only for work that takes longer than a second."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` sources are diagnosed."""
        if self._bar is None:
            if done >= total or not sys.stderr.isatty() or time.monotonic() - self._start < PATIENCE:
                return
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._bar.add_task("reading runs", total=total)
        self._bar.update(self._bar.task_ids[0], completed=done, total=total)
