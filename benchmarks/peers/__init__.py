"""Six peers on the same logs: what each says of a run, in our states.

The peers live in an environment of their own (``pip install -r benchmarks/peers-requirements.txt``); curvedoc
is not in it, and they are not in ours. ``adapters.py`` asks them there, ``vocabulary.py`` is the mapping of
their findings onto our states, ``handover.py`` writes our columns in the words that they document.

A peer that reads files is asked twice: as shipped, with the path (``"losslint"``), and with the train and
validation loss, learning rate and gradient norm that *our* reader found (``"losslint+columns"``). The second
favours it: it neither has to know the format nor to choose among the columns, and what our reader refuses it
is not asked about (``refused``, which is right for what is no training log).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .handover import write_csv, write_trainer_state
from .vocabulary import REFUSED, STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["REFUSED", "TOOLS", "Answer", "answers", "ask", "notes", "troubles"]

WITH_COLUMNS = "+columns"
WORKER = Path(__file__).with_name("worker.py")
INSTALL = "Install the peers there: pip install -r benchmarks/peers-requirements.txt"
LIMIT = 10.0  # seconds for one path; reading and judging take milliseconds

# How each is run as its makers document it, and what that reads.
NOTES = {
    "losslint": "losslint check PATH: trainer_state.json, JSONL, CSV, event files (extra [tb])",
    "trainspotter": "trainspotter analyze PATH: trainer_state.json, JSONL, CSV (also of W&B and Lightning), "
    "TensorBoard directories (extra [tensorboard]); no text logs",
    "runmedic": "runmedic diagnose PATH: trainer_state.json, JSON, JSONL, CSV, event files, text logs",
    "trainproof": "trainproof epoch PATH: trainer_state.json, JSONL, CSV, event files, Coqui text logs; "
    "columns by exact names",
    "finetune-doctor": "finetune-doctor PATH: trainer_state.json alone",
    "sk-autod": "sk_autod.diagnose(train_loss, val_loss): reads no file, so it is asked with our columns "
    "alone; wants both losses, at one length, finite, from 5 points on",
}
# sk-autod has no reader: it cannot be asked as shipped.
TOOLS = (*(name for name in NOTES if name != "sk-autod"), *(name + WITH_COLUMNS for name in NOTES))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer said of one log.

    ``confidence`` is NaN where it gives none; ``seconds`` are reading and judging without imports; ``why``
    begins with ``refused``, ``crashed`` or ``timed out`` where there is no state.
    """

    state: str
    confidence: float
    seconds: float
    why: str = ""
    findings: tuple[str, ...] = ()


def notes(tool: str) -> str:
    """How a tool of :data:`TOOLS` is asked."""
    name = tool.removesuffix(WITH_COLUMNS)
    return NOTES[name] + ("; given the columns that our reader found" if name != tool else "")


def answers(paths: Sequence[Path], venv: Path, jobs: int) -> dict[str, dict[Path, tuple[str, float, float]]]:
    """Tool -> path -> (state or ``"refused"``, confidence or NaN, seconds): :func:`ask` in short."""
    return {
        tool: {path: (a.state, a.confidence, a.seconds) for path, a in said.items()}
        for tool, said in ask(paths, venv, jobs, TOOLS).items()
    }


def ask(
    paths: Sequence[Path], venv: Path, jobs: int, tools: Sequence[str], limit: float = LIMIT
) -> dict[str, dict[Path, Answer]]:
    """Every tool about every path, ``jobs`` tools at a time (times are fair up to one job for each core).

    ``venv``: the environment of the peers; ``tools``: of :data:`TOOLS`; ``limit``: seconds for one
    path. Raises RuntimeError where a tool is not installed there.
    """
    with tempfile.TemporaryDirectory(prefix="columns-") as scratch:
        handed = _handed(paths, Path(scratch)) if any(t.endswith(WITH_COLUMNS) for t in tools) else {}

        def one(tool: str) -> dict[Path, Answer]:
            name = tool.removesuffix(WITH_COLUMNS)
            if name == tool:
                return _worked(name, {path: path.resolve() for path in paths}, venv, limit)
            file = "trainer_state.json" if name == "finetune-doctor" else "metrics.csv"
            said = _worked(name, {path: folder / file for path, folder in handed.items()}, venv, limit)
            unread = Answer(REFUSED, nan, nan, "refused: our reader found no run")
            return {path: said.get(path, unread) for path in paths}

        with ThreadPoolExecutor(max(1, jobs)) as pool:
            return dict(zip(tools, pool.map(one, tools), strict=True))


def troubles(said: Mapping[Path, Answer]) -> Counter[str]:
    """How often a tool gave no state: ``refused``, ``crashed``, ``timed out``."""
    return Counter(answer.why.split(":")[0] for answer in said.values() if answer.why)


def _handed(paths: Sequence[Path], scratch: Path) -> dict[Path, Path]:
    """The first run of each log, written for the peers: path -> folder. What has no run is left out."""
    import curvedoc
    from curvedoc.errors import CurvedocError

    found = {}
    for number, path in enumerate(paths):
        try:
            runs = curvedoc.read(str(path))
        except CurvedocError:
            continue
        if not runs:
            continue
        folder = scratch / str(number)
        folder.mkdir()
        write_csv(runs[0], folder)
        write_trainer_state(runs[0], folder)
        found[path] = folder
    return found


def _worked(tool: str, targets: Mapping[Path, Path], venv: Path, limit: float) -> dict[Path, Answer]:
    """The answers of one worker process; one that dies is started again behind the path that killed it."""
    said: dict[Path, Answer] = {}
    left = list(targets)
    while left:
        (_, *lines), error = _process(tool, [targets[path] for path in left], venv, limit)
        for path, line in zip(left, lines, strict=False):
            said[path] = Answer(
                line["state"], line["confidence"], line["seconds"], line["why"], tuple(line["findings"])
            )
        left = left[len(lines) :]
        if left:  # it died, or hung, on the next one
            said[left.pop(0)] = Answer(REFUSED, nan, nan, f"crashed: {error}")
    return said


def _process(
    tool: str, targets: Sequence[Path], venv: Path, limit: float
) -> tuple[list[dict[str, Any]], str]:
    """What a worker wrote before it ended, and its last words; one that outlives all its limits hangs."""
    command = [str(venv / "bin" / "python"), str(WORKER), tool, "--limit", str(limit)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        try:
            done = subprocess.run(
                command,
                input="".join(f"{target}\n" for target in targets),
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60 + limit * len(targets),
                check=False,
            )
            error = (done.stderr.strip().splitlines() or ["the process ended"])[-1]
        except subprocess.TimeoutExpired:
            error = "the process hung"
        out.seek(0)
        lines = [json.loads(line) for line in out if line.endswith("\n")]
    if not lines:
        raise RuntimeError(f"{tool} does not run in {venv}: {error}. {INSTALL}")
    return lines, error


assert set(NOTES) == set(STATES)
