"""Many trainings, one after the other or several at once, each telling how far it is."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from queue import Empty
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from queue import Queue

    from .loop import Row

    # Told the name of a run and the share of it that is done.
    Report = Callable[[str, float], object]
    T = TypeVar("T")

LOOK = 0.2  # seconds between two looks at what the other processes tell
SHARE = 0.01  # of a run: what is worth telling


def silent(name: str, share: float) -> None:
    """Tells nobody."""


def each(
    work: Callable[..., T], todo: Iterable[tuple[Any, ...]], jobs: int = 1, report: Report = silent
) -> Iterator[T]:
    """The results of ``work(*arguments, report)`` as they come in, from this process or from ``jobs``.

    With several jobs ``work``, its arguments and results travel between processes; an interrupt gives up
    what has not begun.
    """
    if jobs == 1:
        for arguments in todo:
            yield work(*arguments, report)
        return
    # A forked child would inherit the locks of torch's threads, held for ever.
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(jobs, mp_context=context) as pool:
        news = manager.Queue()
        waiting = {pool.submit(_elsewhere, work, arguments, news) for arguments in todo}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=LOOK, return_when=FIRST_COMPLETED)
                _pass_on(news, report)
                for finished in done:
                    yield finished.result()
        finally:
            pool.shutdown(cancel_futures=True)


def following(report: Report, name: str, steps: int) -> Callable[[Row], None]:
    """What the training loop calls with each row, to tell how far the run is."""
    told = 0.0

    def on_row(row: Row) -> None:
        nonlocal told
        share = row["step"] / steps
        if share - told >= SHARE:
            told = share
            report(name, share)

    return on_row


def _elsewhere(work: Callable[..., T], arguments: tuple[Any, ...], news: Queue[tuple[str, float]]) -> T:
    return work(*arguments, lambda name, share: news.put((name, share)))


def _pass_on(news: Queue[tuple[str, float]], report: Report) -> None:
    while True:
        try:
            name, share = news.get_nowait()
        except Empty:
            return
        report(name, share)
