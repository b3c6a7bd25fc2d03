"""The Python interface: read, diagnose, check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import CurvedocError, UsageError
from .gate import DEFAULT_MIN_CONFIDENCE
from .intake import Options, examine, judge, results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    fail_on: Sequence[str] | str,
    *,
    min_confidence: float = DEFAULT_MIN_CONFIDENCE,
    mapping: Mapping[str, str] | None = None,
    metric: str | None = None,
    x: str | None = None,
    reader: str | None = None,
) -> GateResult:
    """Whether the runs in ``data`` are free of the states and rules in ``fail_on``.

    A run fails when its state, or a finding, is in ``fail_on`` with at least ``min_confidence``.
    Raises :class:`~curvedoc.errors.UsageError` for a name that is neither a state nor a rule.
    """
    from .gate import forbidden, gate

    names = forbidden(fail_on)
    return gate(examine(data, Options(mapping or {}, metric, x, reader)), names, min_confidence)
