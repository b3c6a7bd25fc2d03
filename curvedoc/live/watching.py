"""The loop of ``curvedoc watch``: read what is new, diagnose, tell, show, wait."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curvedoc.errors import EXIT_GATE, EXIT_OK, CurvedocError, NotALogError
from curvedoc.wording import count

from .changes import Changes, earlier
from .hooks import Hooks
from .tail import News
from .views import Gone, told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.intake import Options

    from .changes import Change
    from .target import Target
    from .views import Lines, Page

SHARE = 0.03
"""Of one core: what diagnosing and drawing may take. A verdict that costs 30 ms is given once a second."""

SLICE = 0.2
"""Seconds between two looks at hooks, the size of the terminal and the end of a pipe."""


class Stopped(BaseException):
    """The process was told to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True)
class Wishes:
    """What a watch is to do: seconds between two verdicts, hooks as (state or rule, command), the states or
    rules that end it, seconds after which it ends (in all, or without anything new), and how sure a verdict
    must be to count."""

    interval: float = 1.0
    hooks: tuple[tuple[str, str], ...] = ()
    until: tuple[str, ...] = ()
    timeout: float | None = None
    idle: float | None = None
    min_confidence: float = 0.8
    rules: frozenset[str] = field(default=frozenset())


class Watch:
    """Follows one run; ``diagnosis`` is the last verdict, ``problem`` why there is none."""

    def __init__(self, target: Target, options: Options, wishes: Wishes, view: Lines | Page) -> None:
        self.target, self.options, self.wishes, self.view = target, options, wishes, view
        self.diagnosis: Diagnosis | None = None
        self.problem: CurvedocError | None = None
        self.hooks = Hooks(view.remark)
        self._forget()
        self._begun = self._fresh = time.monotonic()
        self._clock = ""
        self._waits = False

    def run(self) -> int:
        """Watch until something ends it; returns the exit code."""
        old = [(s, signal.signal(s, _stop)) for s in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if s]
        try:
            with self.view:
                try:
                    return self._loop()
                finally:
                    self.hooks.close()
        except KeyboardInterrupt:
            return 128 + signal.SIGINT
        except Stopped as stopped:
            return 128 + stopped.number
        except Gone:
            return EXIT_OK
        finally:
            for number, handler in old:
                signal.signal(number, handler)

    def _loop(self) -> int:
        while True:
            news = self._update()
            read, first = time.process_time(), self.diagnosis is None
            code = None
            if news is not News.NONE:
                self._fresh, self._clock = time.monotonic(), time.strftime("%H:%M:%S")
                self._diagnose()
                if self.diagnosis is not None:
                    code = self._tell(self._changes.feed(self.diagnosis))
            self.view.show(self.diagnosis, self._about())
            if code is not None:
                return code
            if self._over():
                return self._end()
            # Reading is in proportion to what is new, and the first verdict has everything to import.
            cost = 0.0 if first else time.process_time() - read
            self._wait(max(self.wishes.interval, cost / SHARE))

    def _update(self) -> News:
        """What is new of the log, and what is to be said of it."""
        try:
            news = self.target.update()
        except CurvedocError as error:
            self.problem, news = error, News.NONE
        if self.target.log is None and not self._waits:
            self._waits = True
            self.view.waiting(self.target.path)
        for remark in self.target.said:
            self.view.remark(remark)
        self.target.said.clear()
        if news is News.ANEW:
            if self.diagnosis is not None:
                self.view.remark("the log was begun anew: so is the watch")
            self._forget()
        return news

    def _forget(self) -> None:
        """Another run: nothing was told of it."""
        self.diagnosis = None
        self._changes = Changes(self.wishes.rules, self.wishes.min_confidence)

    def _diagnose(self) -> None:
        """The verdict on all that was read; the last one stays when there is none."""
        from curvedoc.intake import judge, named

        log = self.target.log
        if log is None:
            return
        try:
            runs = log.logged()
            if not runs:
                return
            run = named(runs[-1], self.options)
            if isinstance(run, CurvedocError):
                raise run
            if self.diagnosis is not None and self.diagnosis.run.name != run.name:
                self.view.remark(f"{run.name} began")
                self._forget()
            before = earlier(run) if self.diagnosis is None else None
            if before is not None:
                self._changes.feed(judge(before))
            self.diagnosis, self.problem = judge(run), None
        except CurvedocError as error:
            self.problem = error

    def _tell(self, changes: Iterable[Change]) -> int | None:
        """Tell what changed and run what waits for it; the exit code when the watch is over by that."""
        assert self.diagnosis is not None
        code = None
        for change in changes:
            self.view.change(told(change, self.diagnosis))
            for wanted, command in self.wishes.hooks:
                if change.answers(wanted):
                    self.hooks.start(command, change.name, self._document())
            if any(change.answers(wanted) for wanted in self.wishes.until):
                code = max(code or EXIT_OK, EXIT_OK if change.healthy else EXIT_GATE)
        return code

    def _document(self) -> str:
        from curvedoc.diagnosis import Batch
        from curvedoc.reports import json

        assert self.diagnosis is not None
        return json.render(Batch((self.diagnosis,)), indent=None) + "\n"

    def _over(self) -> bool:
        """Whether nothing more is to be waited for."""
        now, wishes = time.monotonic(), self.wishes
        late = wishes.timeout is not None and now - self._begun >= wishes.timeout
        quiet = wishes.idle is not None and now - self._fresh >= wishes.idle
        return late or quiet or (self.target.log is not None and self.target.log.ended)

    def _end(self) -> int:
        """Take what is left, and tell what is new by that."""
        log = self.target.log
        if log is not None:
            try:
                self._update()
                log.finish()
            except CurvedocError as error:  # it is gone: what was read of it is all there is
                self.problem = error
            else:
                self._diagnose()
        if self.diagnosis is None:
            return EXIT_OK
        return self._tell(self._changes.feed(self.diagnosis, last=True)) or EXIT_OK

    def _wait(self, seconds: float) -> None:
        """Wait, and meanwhile look after hooks and the size of the terminal."""
        end = time.monotonic() + seconds
        pipe = self.target.pipe
        while (left := end - time.monotonic()) > 0 and not (pipe is not None and pipe.ended):
            if pipe is not None:
                pipe.wait(min(SLICE, left))
            else:
                time.sleep(min(SLICE, left))
            self.hooks.look()
            self.view.again()
            if self._over():
                return

    def _about(self) -> str:
        """One line on how things stand."""
        if self.diagnosis is None:
            problem = self.problem or self.target.problem or NotALogError("nothing to see yet")
            return f"curvedoc watch · waiting: {problem.problem} · {self.target.path}"
        points = count(self.diagnosis.run.n_points, "point")
        return f"curvedoc watch · {points}, last read {self._clock} · Ctrl-C ends · {self.target.path}"


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)
