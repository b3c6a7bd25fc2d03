"""Many sources shared among processes: the same diagnoses in the same order, sooner."""

from __future__ import annotations

import sys
from collections import deque
from typing import TYPE_CHECKING

from .errors import CurvedocError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .diagnosis import Diagnosis
    from .intake import Options
    from .readers import Outcome
    from .run import Logged
    from .source import ReadOptions, Source

WORTH = 200
"""From so many sources on the start of the processes (0.1 s) is made up for: one takes some milliseconds."""

_TOGETHER = 16  # sources handed to a process at once, so that little time goes into handing over


def share(sources: Sequence[Source], how: ReadOptions, options: Options, jobs: int) -> Iterator[Outcome]:
    """The diagnoses of the runs in each source, or why there are none, in the order of the sources.

    With fewer than :data:`WORTH` sources, or standard input among them, all is done in this process.
    """
    if len(sources) < WORTH or any(source.kind == "stdin" for source in sources):
        yield from (_examined(source, how, options) for source in sources)
        return
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor

    # The first ones import what all need; forked processes then have it. Elsewhere forking is not safe.
    yield from _some(sources[:_TOGETHER], how, options)
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        ahead: deque[Future[list[Outcome]]] = deque()
        for at in range(_TOGETHER, len(sources), _TOGETHER):
            ahead.append(pool.submit(_some, sources[at : at + _TOGETHER], how, options))
            if len(ahead) > 2 * jobs:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()


def _some(sources: Sequence[Source], how: ReadOptions, options: Options) -> list[Outcome]:
    return [_examined(source, how, options) for source in sources]


def _examined(source: Source, how: ReadOptions, options: Options) -> Outcome:
    """The diagnoses of the runs in a source, each with an error in its place where there is none."""
    from .readers import attempt

    found = attempt(source, how)
    return found if isinstance(found, CurvedocError) else [_judged(logged, options) for logged in found]


def _judged(logged: Logged, options: Options) -> Diagnosis | CurvedocError:
    from .intake import judge, named

    run = named(logged, options)
    return run if isinstance(run, CurvedocError) else judge(run)
