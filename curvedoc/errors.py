"""Every error that a user can cause, each with its fix.

An error says what is wrong, where, and how to mend it; the command line prints exactly these
three and never a traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .wording import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

EXIT_OK = 0
EXIT_GATE = 1
EXIT_USAGE = 2
EXIT_UNREADABLE = 3
EXIT_BUG = 70


class CurvedocError(Exception):
    """Base of all errors a user can cause.

    ``problem`` is one sentence, ``fix`` one imperative sentence, ``path`` the file concerned
    (empty when the error is not about a file). ``root``: the directory whose search came across that file,
    empty when the user named it. What cannot be seen in text from logs is escaped in ``problem`` and ``fix``;
    ``path`` stays as it is.
    """

    exit_code = EXIT_USAGE

    def __init__(self, problem: str, fix: str = "", path: str = "") -> None:
        self.problem, self.fix = clean(problem), clean(fix)
        super().__init__(self.problem)
        self.path = path
        self.root = ""


class UsageError(CurvedocError):
    """The call itself is wrong: an unknown rule, a mapping to a column that is not there."""

    exit_code = EXIT_USAGE


class UnreadableError(CurvedocError):
    """The file is there but nothing can be read from it: damaged, empty, no permission."""

    exit_code = EXIT_UNREADABLE


class NotALogError(UnreadableError):
    """The file can be read but is not the log of a training run (a config, a summary, an LFS pointer)."""


def nearest(wanted: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the known name closest to ``wanted``, or ``""``."""
    import difflib

    match = difflib.get_close_matches(wanted, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{match[0]}'?" if match else ""
