"""Commands that run when the state changes; a hook that hangs or fails is reported and stops nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60.0
"""A hook that takes longer is ended: it sends a message or ends a job, and another one may be waiting."""

SHOWN = 4000
"""Characters of what a hook printed that are passed on."""


@dataclass(slots=True)
class _Running:
    """A hook at work."""

    command: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    until: float


class Hooks:
    """Runs commands beside the watch; ``say`` takes what is to be told to the user, line by line."""

    def __init__(self, say: Callable[[str], None], seconds: float = SECONDS) -> None:
        self._say, self._seconds = say, seconds
        self._running: list[_Running] = []

    def start(self, command: str, name: str, document: str) -> None:
        """Run the user's own command line, by the shell and exactly as it was given.

        What comes from the log goes to its standard input alone (``document``); its environment has
        CURVEDOC_STATE, the id of the state or rule. Both are files, so nobody waits for the other.
        """
        with tempfile.TemporaryFile() as given:
            given.write(document.encode())
            given.seek(0)
            output = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the hook runs
            try:
                # By the shell, for that is what the user wrote; nothing of the log is in it.
                process = subprocess.Popen(  # noqa: S602
                    command,
                    shell=True,
                    stdin=given,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "CURVEDOC_STATE": name},
                    start_new_session=True,
                )
            except OSError as error:
                output.close()
                self._say(f"hook failed: {command}: {error.strerror or error}")
                return
        self._running.append(_Running(command, process, output, time.monotonic() + self._seconds))

    def look(self) -> None:
        """Report the hooks that have ended, and end those that take too long."""
        for hook in list(self._running):
            code = hook.process.poll()
            if code is None and time.monotonic() < hook.until:
                continue
            if code is None:
                _end(hook.process)
            self._running.remove(hook)
            self._tell(hook, code)

    def close(self) -> None:
        """Wait for those that still run, none of them longer than it may."""
        while self._running:
            self.look()
            if self._running:
                time.sleep(0.02)

    def _tell(self, hook: _Running, code: int | None) -> None:
        with hook.output as output:
            output.seek(0)
            text = output.read(SHOWN).decode(errors="replace")
        for line in text.splitlines():
            self._say(line)
        if code is None:
            self._say(f"hook was ended after {self._seconds:g} s: {hook.command}")
        elif code:
            why = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            self._say(f"hook failed {why}: {hook.command}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a hook and whatever it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
