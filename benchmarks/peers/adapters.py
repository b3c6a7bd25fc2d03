"""How each peer is asked about one path. Runs in the peers' environment: imports nothing of curvedoc.

An adapter takes a path and gives the findings as (key of the vocabulary, confidence), in the order in which
the peer lists them: the most severe first. The confidence is NaN where the peer gives none. What the peer
refuses in words (and its command line turns into an error message) is raised as :class:`RefusedError`; any
other exception is a crash of the peer.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Findings = list[tuple[str, float]]
NAN = math.nan


class RefusedError(Exception):
    """The peer says that it cannot judge this."""


def losslint() -> Callable[[str], Findings]:
    """``losslint check PATH``; of a directory the first event file that holds a loss counts."""
    from losslint.checks import find_series, run_all_checks
    from losslint.cli import _expand_inputs
    from losslint.parsing import load_run
    from losslint.report import SEVERITY_RANK

    def ask(path: str) -> Findings:
        try:
            runs = [load_run(file) for file in _expand_inputs([path])]
        except (FileNotFoundError, ValueError) as error:
            raise RefusedError(str(error)) from error
        if not runs:
            raise RefusedError("no log files found")
        run = next((r for r in runs if find_series(r, "train") or find_series(r, "eval")), runs[0])
        found = sorted(run_all_checks(run), key=lambda f: -SEVERITY_RANK[f.severity])
        return [(f.check, NAN) for f in found]

    return ask


def trainspotter() -> Callable[[str], Findings]:
    """``trainspotter analyze PATH``: of several runs it takes the one with the most points."""
    from trainspotter import Finding, load_run, run_all

    def key(found: Finding) -> str:
        growth = "growth" in found.title and found.metric == "eval/loss"
        return "divergence:eval growth" if growth else found.detector

    def ask(path: str) -> Findings:
        try:
            run = load_run(path)
            if not run.metric_names():
                raise RefusedError("no numeric metrics found")
            return [(key(f), NAN) for f in run_all(run)]
        except (OSError, ValueError) as error:
            raise RefusedError(str(error)) from error

    return ask


def runmedic() -> Callable[[str], Findings]:
    """``runmedic diagnose PATH``; of several runs the first that has a train loss counts."""
    from runmedic import loaders, roles
    from runmedic.checks import run_checks

    def ask(path: str) -> Findings:
        runs = [(run, roles.detect(run)) for run in loaders.load(path)]
        if not runs:
            raise RefusedError("no training metrics or logs found")
        run, named = next((pair for pair in runs if "train_loss" in pair[1]), runs[0])
        found = [
            (f"{f.check}:{f.severity}" if f.check in ("overfitting", "loss_spikes") else f.check, NAN)
            for f in run_checks(run, named)
        ]
        found = [("log", sure) if name.startswith("log:") else (name, sure) for name, sure in found]
        return found if "train_loss" in named else [*found, ("no_train_loss", NAN)]

    return ask


def trainproof() -> Callable[[str], Findings]:
    """``trainproof epoch PATH``."""
    from trainproof.epoch import check_epoch

    rank = {"FAIL": 0, "WARN": 1, "NOT-CHECKED": 2}

    def ask(path: str) -> Findings:
        try:
            found = check_epoch(path)["findings"]
        except Exception as error:  # its command line catches all of them: "could not read log"
            raise RefusedError(str(error)) from error
        return [(f["id"], NAN) for f in sorted(found, key=lambda f: rank.get(f["level"], 3))]

    return ask


def finetune_doctor() -> Callable[[str], Findings]:
    """``finetune-doctor PATH``, for what is there: a path that is none would be looked up on the Hub."""
    from finetune_doctor import Finding, Severity, diagnose, load

    graded = {"overfitting", "loss_spikes", "gradients"}
    titled = {"no_eval", "loss_degenerate", "not_learning", "loss_spikes", "gradients"}

    def key(found: Finding) -> str:
        if found.check in graded and found.severity == Severity.INFO:
            return f"{found.check}:INFO"
        return f"{found.check}:{found.title}" if found.check in titled else found.check

    def ask(path: str) -> Findings:
        if not Path(path).exists():
            raise RefusedError("no such file")
        try:
            return [(key(f), NAN) for f in diagnose(load(path)).problems]
        except (OSError, ValueError, KeyError) as error:
            raise RefusedError(str(error)) from error

    return ask


def paired(path: str) -> tuple[list[float], list[float]]:
    """Train and validation loss of a CSV file, row for row: at every validation the last train loss."""
    train, val, last = [], [], None
    with Path(path).open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            last = float(row["train_loss"]) if row.get("train_loss") else last
            if row.get("val_loss") and last is not None:
                train.append(last)
                val.append(float(row["val_loss"]))
    return train, val


def sk_autod() -> Callable[[str], Findings]:
    """``sk_autod.diagnose(train_loss, val_loss)``: it reads no file, but two lists of one length."""
    from sk_autod import diagnose

    def ask(path: str) -> Findings:
        train, val = paired(path)
        try:
            return [(f.detector_name, f.confidence) for f in diagnose(train, val).findings]
        except ValueError as error:
            if "at least" in str(error):
                return [("too few", NAN)]
            raise RefusedError(str(error)) from error

    return ask


ADAPTERS: dict[str, Callable[[], Callable[[str], Findings]]] = {
    "losslint": losslint,
    "trainspotter": trainspotter,
    "runmedic": runmedic,
    "trainproof": trainproof,
    "finetune-doctor": finetune_doctor,
    "sk-autod": sk_autod,
}
