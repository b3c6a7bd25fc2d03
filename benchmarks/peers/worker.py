"""Asks one peer about many paths. Runs in the peers' environment, in one process: imports are not timed.

    PEERS/bin/python benchmarks/peers/worker.py TOOL [--limit SECONDS] < paths

One path a line on stdin; on stdout a line ``{"ready": TOOL}``, then one JSON object a path: ``path``,
``state``, ``confidence`` (NaN where the peer gives none), ``seconds`` (reading and judging), ``why`` (empty,
or why there is no state: ``refused``, ``crashed`` or ``timed out``, with the peer's words), ``findings`` (as
the peer listed them).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import warnings
from typing import TYPE_CHECKING

from adapters import ADAPTERS, RefusedError
from vocabulary import REFUSED, state

if TYPE_CHECKING:
    from collections.abc import Callable


class OutOfTimeError(BaseException):
    """No Exception: a peer that catches everything must not catch this."""


def _late(*_: object) -> None:
    raise OutOfTimeError


def asked(
    tool: str, ask: Callable[[str], list[tuple[str, float]]], path: str, limit: float
) -> dict[str, object]:
    """What a peer says of one path, within ``limit`` seconds."""
    named, sure, why, found = REFUSED, float("nan"), "", []
    start = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        found = ask(path)
        seconds = time.perf_counter() - start
    except OutOfTimeError:
        seconds, why = limit, f"timed out: {limit:g} s"
    except RefusedError as error:
        seconds, why = time.perf_counter() - start, f"refused: {error}"
    except Exception as error:
        seconds, why = time.perf_counter() - start, f"crashed: {type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if not why:
        try:
            named, sure = state(tool, found)
        except KeyError as error:
            why = f"crashed: the mapping has no finding {error}"
        else:
            why = f"refused: {found[0][0]}" if named == REFUSED else ""
    return {
        "path": path,
        "state": named,
        "confidence": sure,
        "seconds": seconds,
        "why": why[:200],
        "findings": [key for key, _ in found],
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tool", choices=sorted(ADAPTERS))
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for one path")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what a peer prints is not an answer
        ask = ADAPTERS[args.tool]()
        signal.signal(signal.SIGALRM, _late)
        answers.write(json.dumps({"ready": args.tool}) + "\n")
        answers.flush()
        for line in sys.stdin:
            answers.write(json.dumps(asked(args.tool, ask, line.rstrip("\n"), args.limit)) + "\n")
            answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
