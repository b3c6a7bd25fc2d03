"""The one training loop: every reference run goes through here."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .models import build
from .objectives import metric, objective, penalty
from .optim import Plateau, gradient_filter, optimizer, schedule
from .tasks import Split, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .settings import Settings

Row = dict[str, float]
EVAL_AT_MOST = 2000  # examples of a split that a look at it takes: enough for a metric to a percent


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What the loop leaves behind: the logged rows, the model at the end, the wall time in seconds."""

    rows: tuple[Row, ...]
    model: nn.Module
    seconds: float


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """Same seed, same run, on one machine: seeded, one thread (the order of sums), and all put back
    afterwards.
    """
    threads = torch.get_num_threads()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def fit(
    task: Task,
    settings: Settings,
    seed: int = 0,
    device: str = "cpu",
    on_row: Callable[[Row], None] | None = None,
    stop: Callable[[list[Row]], bool] | None = None,
) -> Trained:
    """Train a model on a task and log as the settings say.

    Each row has the step (updates done) and epoch, the train loss as the mean over the batches since the
    row before (as training frameworks print it), the metric of both splits, validation loss, learning rate,
    mean gradient norm before clipping and weight norm. NaN and infinity are logged like any value.
    ``on_row`` gets each row as it is made; ``stop`` is asked after each row whether to end here.
    """
    started = time.perf_counter()
    rows: list[Row] = []
    with reproducible(seed):
        task = task.to(device)
        model = build(settings, task).to(device)
        steps = optimizer(settings, model)
        factor, plateau = schedule(settings), Plateau(settings)
        amplify = gradient_filter(settings, model)
        loss_of = objective(settings, task)
        batches = _batches(task, settings, seed)
        per_epoch = math.ceil(len(task.train) / (settings.batch_size or len(task.train)))
        log_every = settings.log_every or per_epoch
        losses, norms = [], []
        for step in range(1, settings.steps + 1):
            x, y = next(batches)
            rate = settings.lr * factor(step) * plateau.factor
            for group in steps.param_groups:
                group["lr"] = rate
            model.train()
            loss = loss_of(model(x), y) + penalty(settings, model)
            steps.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            amplify()
            norms.append(nn.utils.clip_grad_norm_(model.parameters(), settings.clip or math.inf).detach())
            steps.step()
            losses.append(loss.detach())
            if step % log_every == 0:
                row = {"step": float(step), "epoch": step / per_epoch, "train_loss": _mean(losses)}
                with_val = len(rows) % settings.eval_every == settings.eval_every - 1
                row |= _look(model, task, settings, task.training(step), with_val)
                row |= {"lr": rate, "grad_norm": _mean(norms), "weight_norm": _weight_norm(model)}
                losses, norms = [], []
                rows.append(row)
                if on_row:
                    on_row(row)
                plateau.look(row.get("val_loss", math.inf))
                if (stop and stop(rows)) or _patience_over(rows, settings.patience):
                    break
    return Trained(tuple(rows), model, time.perf_counter() - started)


def _batches(task: Task, settings: Settings, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless passes over the training data in ever new order; augmented where the settings say so."""
    draw = torch.Generator().manual_seed(seed + 1)
    done = 0
    while True:
        train = task.training(done)
        n = len(train)
        size = min(settings.batch_size or n, n)
        done += math.ceil(n / size)
        order = torch.randperm(n, generator=draw) if size < n else torch.arange(n)
        for start in range(0, n, size):
            batch = train.take(order[start : start + size])
            x = batch.x
            if settings.augment and task.augment:
                x = task.augment(x, settings.augment, draw)
            yield x, batch.y


@torch.no_grad()
def _look(model: nn.Module, task: Task, settings: Settings, seen: Split, with_val: bool) -> Row:
    """Validation loss (penalty included, as it is in the train loss) and the metric of every split, without
    dropout.
    """
    model.eval()
    row: Row = {}
    name = task.metric
    train = Split(seen.x[:EVAL_AT_MOST], seen.y[:EVAL_AT_MOST])
    row[f"train_{name}"] = metric(name, model(train.x), train.y)
    if with_val:
        prediction = model(task.val.x)
        row["val_loss"] = float(objective(settings, task)(prediction, task.val.y) + penalty(settings, model))
        row[f"val_{name}"] = metric(name, prediction, task.val.y)
        for probe, data in task.probes.items():
            row[f"probe_{probe}"] = metric(name, model(data.x), data.y)
    return row


def _patience_over(rows: list[Row], patience: int) -> bool:
    """Early stopping: validation loss has had no new best for ``patience`` looks."""
    seen = [row["val_loss"] for row in rows if "val_loss" in row]
    return (
        bool(patience) and len(seen) - 1 - min(range(len(seen)), key=seen.__getitem__, default=0) >= patience
    )


def _mean(values: list[Tensor]) -> float:
    return float(torch.stack(values).mean())


def _weight_norm(model: nn.Module) -> float:
    return math.sqrt(sum(float(p.detach().square().sum()) for p in model.parameters()))


def by_name(rows: tuple[Row, ...]) -> Mapping[str, list[float]]:
    """Columns of the rows, NaN where a row has no value of that name."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, math.nan) for row in rows] for name in names}
