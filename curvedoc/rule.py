"""What a rule is: a page with limits, one check, fixes, sources and scenarios."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .features import Features
    from .measure import Evidence, Span
    from .states import State


class Severity(StrEnum):
    """How bad a finding is, apart from how sure it is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class OutcomeKind(StrEnum):
    """Every rule ends in exactly one of these."""

    FIRED = "fired"
    CLEAR = "clear"
    SKIPPED = "skipped"
    OVERRULED = "overruled"


# A remedy whose share of cures is, at the upper end of its interval, below this has failed its trial. Three
# in ten: it leaves most runs sick for sure, and ten sick runs without one cure (upper end 0.28) show it.
FAILED = 0.3


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a remedy when sick runs of one state were treated with it.

    ``cured`` of ``sick`` runs; ``low`` and ``high`` are the 95 % interval of that share (Wilson); ``effect``
    is the median improvement of validation by the ``yardstick`` (None where it was never finite).
    """

    sick: int
    cured: int
    low: float
    high: float
    effect: float | None
    yardstick: str

    @property
    def failed(self) -> bool:
        """Whether the remedy surely leaves most runs sick."""
        return self.high < FAILED


# Costs nothing and saves what was trained: the best checkpoint comes first, whatever cures the next run.
AT_ONCE = frozenset({"early-stopping"})


@dataclass(frozen=True, slots=True)
class Fix:
    """One piece of advice: ``remedy`` is its id (``"early-stopping"``), ``text`` the imperative sentence
    made specific to the run, ``table`` the row it comes from (``"B2"``, ``"P4"``), ``tried`` its trial on
    other runs of the same state (None: not tried on enough of them)."""

    remedy: str
    text: str
    table: str = ""
    tried: Trial | None = None

    @property
    def rank(self) -> tuple[int, float]:
        """Sorts advice: what saves this run, what cured most for sure, the untried, what failed."""
        if self.remedy in AT_ONCE:
            return (-1, 0.0)
        if self.tried is None:
            return (1, 0.0)
        return (2 if self.tried.failed else 0, -self.tried.low)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a claim comes from: a paper or the row of a table."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A reference run as plain data: what to train, what must come out.

    ``task`` and ``settings`` are read by ``curvedoc.reference``; ``treated`` maps a remedy id to the
    settings that it changes; ``state`` is what the sick run must be diagnosed as. ``seconds``: about how
    long the sick run takes on one core. ``tried_for``: the state under which trials on it are counted
    (default: its own), for a run that waits for another.
    """

    id: str
    task: str
    state: State
    settings: Mapping[str, Any] = field(default_factory=dict)
    treated: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seed: int = 0
    about: str = ""
    seconds: float = 0.0
    tried_for: State | None = None

    @property
    def trial_state(self) -> State:
        """The state under which trials on this run are counted."""
        return self.tried_for or self.state


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check returns: fired or not, how clearly, on what comparisons.

    ``strength`` is the logistic clearness of the weakest needed comparison (above 0.5 exactly when
    ``fired``); ``summary`` is one sentence for the user; ``span`` the steps concerned.
    """

    fired: bool
    strength: float
    evidence: tuple[Evidence, ...]
    summary: str = ""
    span: Span | None = None


def all_of(*comparisons: Evidence, summary: str = "", span: Span | None = None) -> Verdict:
    """Fired when every comparison passed; as clear as the weakest of them."""
    return Verdict(
        fired=all(c.passed for c in comparisons),
        strength=min(c.strength for c in comparisons),
        evidence=comparisons,
        summary=summary,
        span=span or next((c.span for c in comparisons if c.span), None),
    )


def any_of(*verdicts: Verdict) -> Verdict:
    """The clearest of several verdicts (alternatives that lead to the same finding)."""
    return max(verdicts, key=lambda v: (v.fired, v.strength))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: id (= file name with dashes), what it decides, its check and its fixes.

    ``overrules``: whom it silences when it fires: ids of rules, or states (every deciding rule of them).
    ``decides``: whether its finding weighs on the state of the run (otherwise it explains or informs).
    ``check`` may raise :class:`~curvedoc.measure.NotMeasurable`; the rule is then skipped with that
    reason. ``fix`` returns the advice in order, made specific by what the log shows; ``tried_for`` names
    the state whose trials stand beside it (default: the rule's own).
    """

    id: str
    title: str
    state: State
    severity: Severity
    check: Callable[[Features], Verdict]
    fix: Callable[[Features], tuple[Fix, ...]]
    page: str
    bottleneck: str = ""
    decides: bool = False
    overrules: tuple[str | State, ...] = ()
    sources: tuple[Source, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    tried_for: State | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired: what a report shows."""

    rule: str
    title: str
    state: State
    severity: Severity
    confidence: float
    summary: str
    span: Span | None
    evidence: tuple[Evidence, ...]
    bottleneck: str
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one outcome of a rule on a run; ``reason`` says why it was skipped or by whom overruled."""

    rule: str
    kind: OutcomeKind
    strength: float
    reason: str = ""
    finding: Finding | None = None
