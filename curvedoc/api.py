"""The Python interface: read, diagnose, check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import CurvedocError, UsageError
from .intake import Options, examine, judge, results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from typing import Any

    from .diagnosis import Batch, Diagnosis
    from .gated import GateResult
    from .intake import Data
    from .run import Run


def read(
    data: Data,
    *,
    mapping: Mapping[str, str] | None = None,
    metric: str | None = None,
    x: str | None = None,
    reader: str | None = None,
) -> list[Run]:
    """Every run in ``data``, named but not judged.

    ``data``: a path (file, directory or glob; or several in a list), a pandas DataFrame (one column a
    curve), a dict of lists, or a Run. NaN is kept where it was logged. Raises the
    :class:`~curvedoc.errors.CurvedocError` of the first path that cannot be read.
    """
    runs = []
    for result in results(data, Options(mapping or {}, metric, x, reader)):
        if isinstance(result, CurvedocError):
            raise result
        runs.append(result)
    return runs


def diagnose(
    data: Data,
    *,
    mapping: Mapping[str, str] | None = None,
    metric: str | None = None,
    x: str | None = None,
    reader: str | None = None,
) -> Diagnosis:
    """The diagnosis of the one run in ``data`` (as for :func:`read`).

    Raises :class:`~curvedoc.errors.UsageError` when there are several; :func:`diagnose_all` takes those.
    """
    runs = read(data, mapping=mapping, metric=metric, x=x, reader=reader)
    if len(runs) != 1:
        names = ", ".join(run.name for run in runs[:5]) + (", …" if len(runs) > 5 else "")
        raise UsageError(
            f"{len(runs)} runs where one is expected: {names}",
            "Call curvedoc.diagnose_all, or give the path of one run.",
            data if isinstance(data, str) else "",
        )
    return judge(runs[0])


def diagnose_all(
    data: Data,
    *,
    mapping: Mapping[str, str] | None = None,
    metric: str | None = None,
    x: str | None = None,
    reader: str | None = None,
) -> Batch:
    """All runs in ``data`` (as for :func:`read`) diagnosed; what could not be read is in ``problems``.

    What a directory holds beside its logs is passed over.
    """
    return examine(data, Options(mapping or {}, metric, x, reader))


def check(
    data: Data,
    fail_on: Sequence[str] | str | None = None,
    *,
    min_confidence: float | None = None,
    expect: Sequence[str] | str | None = None,
    max_gap: float | str | None = None,
    max_wasted: float | str | None = None,
    fail_on_inconclusive: bool | None = None,
    fail_on_skipped: bool | None = None,
    allow: Sequence[Mapping[str, Any]] | None = None,
    today: date | None = None,
    mapping: Mapping[str, str] | None = None,
    metric: str | None = None,
    x: str | None = None,
    reader: str | None = None,
) -> GateResult:
    """Whether the runs in ``data`` keep to a policy: the keys are those of ``[tool.curvedoc.check]``.

    A run fails when its state, or a finding, is in ``fail_on`` with at least ``min_confidence`` (0.8); when
    it is in none of the states of ``expect`` (``"smooth_descent"``) or breaks one of its conditions
    (``"best val/loss <= 0.41"``); when validation loss ends more than ``max_gap`` above train loss (``0.2``,
    or ``"20%"`` of it); when more than ``max_wasted`` (``0.3``, ``"30%"``) of the training came after its
    best step. Where nothing is demanded, the sick states fail. What is demanded and cannot be checked fails.
    ``allow``: exceptions with ``run``, ``what``, ``reason`` and ``until``, judged at ``today`` (in UTC).
    Settings files are not read. Raises :class:`~curvedoc.errors.UsageError` for what is no policy.
    """
    from datetime import UTC, datetime

    from .gate import gate, policies

    policy = policies(
        {
            "fail_on": fail_on,
            "min_confidence": min_confidence,
            "expect": expect,
            "max_gap": max_gap,
            "max_wasted": max_wasted,
            "fail_on_inconclusive": fail_on_inconclusive,
            "fail_on_skipped": fail_on_skipped,
            "allow": allow,
        }
    )
    batch = examine(data, Options(mapping or {}, metric, x, reader))
    return gate(batch, policy, today or datetime.now(UTC).date())
