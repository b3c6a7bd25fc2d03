"""What was logged, uninterpreted: series as a reader found them, curves once they are named.

NaN and infinity are kept: they are evidence. Nothing here judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .wording import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One logged name with its points, as a reader gives it.

    ``steps`` and ``values`` are float64 arrays of one length, in the order of logging; a blank cell
    is no point, while NaN and infinity that were logged stay in ``values``. ``steps`` are finite.
    """

    name: str
    steps: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Ignored:
    """A logged name that became no curve, and why (``"text"``, ``"constant configuration"`` ...).

    What cannot be seen in it is escaped.
    """

    name: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean(self.name))
        object.__setattr__(self, "reason", clean(self.reason))


@dataclass(frozen=True, slots=True, eq=False)
class Logged:
    """One run as a reader found it: series by logged name, before anything is named.

    ``x`` is the logged name that the steps come from (``"epoch"``; ``"row"`` when rows were
    counted). ``notes`` are sentences about what the reader met (a truncated last record, a step
    counter running backwards); they are shown to the user. What cannot be seen in ``name`` and ``notes``
    is escaped, for both may quote what was logged; ``path`` stays as it is.
    """

    name: str
    path: str
    reader: str
    x: str
    series: tuple[Series, ...]
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean(self.name))
        object.__setattr__(self, "notes", tuple(map(clean, self.notes)))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A named series.

    ``role`` is ``split/quantity`` (``"train/loss"``, ``"val/accuracy"``) or a bare quantity for what
    has no split (``"lr"``, ``"grad_norm"``). ``higher_is_better`` is None where direction means
    nothing. ``sources`` are the logged names that were summed for a total loss (empty otherwise).
    """

    name: str
    role: str
    steps: FloatArray
    values: FloatArray
    higher_is_better: bool | None = None
    sources: tuple[str, ...] = ()

    @property
    def split(self) -> str:
        """``"train"``, ``"val"``, ``"test"`` or ``""``."""
        return self.role.split("/", 1)[0] if "/" in self.role else ""

    @property
    def quantity(self) -> str:
        """The part of the role behind the split."""
        return self.role.split("/", 1)[-1]

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One training run: named curves over steps.

    At most one curve has each role. ``metric`` is the quantity chosen as main metric
    (``"accuracy"``; empty when none was logged): its curves are ``train/<metric>`` and
    ``val/<metric>``.
    """

    name: str
    path: str
    reader: str
    x: str
    curves: tuple[Curve, ...]
    metric: str = ""
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = ()
    roles: Mapping[str, Curve] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", {c.role: c for c in self.curves})

    def get(self, role: str) -> Curve | None:
        """The curve of a role, or None."""
        return self.roles.get(role)

    @property
    def n_points(self) -> int:
        """Points of the longest curve."""
        return max((len(c) for c in self.curves), default=0)

    def to_frame(self) -> pd.DataFrame:
        """All curves as one pandas DataFrame: index = step, one column per role.

        Curves logged at different steps are aligned by step with NaN where a curve has no point; of a
        step logged twice the last value stays.
        """
        import pandas as pd

        columns = {c.role: pd.Series(c.values, index=c.steps) for c in self.curves}
        kept = {role: s[~s.index.duplicated(keep="last")] for role, s in columns.items()}
        frame = pd.DataFrame(kept)
        frame.index.name = self.x
        return frame.sort_index()
