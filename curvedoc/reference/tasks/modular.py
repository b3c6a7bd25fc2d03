"""Arithmetic modulo a prime: the data set on which grokking was found."""

from __future__ import annotations

import torch

from curvedoc.errors import UsageError

from .task import Split, Task, generator

OPERATIONS = ("add", "sub", "mul", "div")


def table(prime: int, operation: str) -> tuple[torch.Tensor, torch.Tensor]:
    """All pairs ``(a, b)`` and ``a op b mod prime``; division leaves out b = 0 and gives c with c * b = a.

    Raises :class:`UsageError` for an unknown operation.
    """
    a, b = torch.meshgrid(torch.arange(prime), torch.arange(prime), indexing="ij")
    a, b = a.flatten(), b.flatten()
    if operation == "div":
        c, b = a, b
        keep = b != 0
        c, b = c[keep], b[keep]
        return torch.stack([c * b % prime, b], 1), c
    results = {"add": a + b, "sub": a - b, "mul": a * b}
    if operation not in results:
        raise UsageError(f"There is no operation '{operation}'.", f"Use one of: {', '.join(OPERATIONS)}.")
    return torch.stack([a, b], 1), results[operation] % prime


def modular(
    seed: int,
    *,
    prime: int = 59,
    operation: str = "add",
    fraction: float = 0.5,
    later_fraction: float = 0.0,
    later_from: int = 0,
) -> Task:
    """``a op b`` modulo a prime as tokens ``a b =``; ``fraction`` of the table is trained on, the rest is
    validation; after update ``later_from`` only ``later_fraction`` of the table is still trained on.

    Token ``prime`` is the equals sign.
    """
    pairs, y = table(prime, operation)
    x = torch.cat([pairs, torch.full((len(pairs), 1), prime)], 1)
    order = torch.randperm(len(x), generator=generator(seed))
    n = round(fraction * len(x))
    everything = Split(x, y)
    return Task(
        everything.take(order[:n]),
        everything.take(order[n:]),
        "cross_entropy",
        "accuracy",
        prime,
        vocabulary=prime + 1,
        later_from=later_from,
        later_examples=round(later_fraction * len(x)),
    )
