"""What tells how far a run is: the loop, the processes, the bars."""

from __future__ import annotations

import io
import sys

import pytest

from curvedoc.reference import progress
from curvedoc.reference.jobs import each, following
from curvedoc.reference.progress import Bars


def test_a_run_is_told_in_steps_worth_telling():
    told = []
    on_row = following(lambda name, share: told.append(share), "a", 1000)
    for step in range(1, 1001):
        on_row({"step": float(step)})
    assert len(told) <= 100
    assert told == sorted(told)
    assert told[-1] > 0.98


def doubled(number, report):
    report(f"run {number}", 0.5)
    report(f"run {number}", 1.0)
    return 2 * number


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_and_news_come_from_every_process(jobs):
    told = []
    results = list(each(doubled, [(1,), (2,), (3,)], jobs, lambda name, share: told.append((name, share))))
    assert sorted(results) == [2, 4, 6]
    assert sorted(told) == [(f"run {i}", share) for i in (1, 2, 3) for share in (0.5, 1.0)]


def fails(number, report):
    raise ValueError(number)


def test_what_fails_elsewhere_fails_here():
    with pytest.raises(ValueError, match="7"):
        list(each(fails, [(7,)], 2))


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_bars_are_drawn_on_a_terminal_only(stream, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream())
    with Bars() as bars:
        bars("grokking", 0.25)
        bars("digits", 0.5)
        bars("digits", 1.0)
        bars("grokking", 0.75)
    drawn = sys.stderr.getvalue()
    assert ("grokking" in drawn) == (stream is Terminal)
    assert ("75%" in drawn) == (stream is Terminal)
