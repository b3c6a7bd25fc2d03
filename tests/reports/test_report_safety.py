"""Whatever was logged, a report can be made of it and does no harm."""

from __future__ import annotations

import json as stdlib_json
import re
from html.parser import HTMLParser

import jsonschema
import numpy as np
import pytest
import sample_diagnosis as sample
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from curvedoc import notebook
from curvedoc.diagnosis import Batch, Diagnosis, Gap, Problem
from curvedoc.measure import Evidence
from curvedoc.reports import columns, json, terminal
from curvedoc.rule import Finding, Fix, Outcome, OutcomeKind, Severity
from curvedoc.run import Curve, Ignored, Run
from curvedoc.states import State

VALIDATOR = jsonschema.Draft202012Validator(json.schema())

HOSTILE = {
    "escape": "\x1b]0;owned\x07\x1b[2J",
    "C1": "a\x9b31mb",
    "markup": "[red]a[/red][link=http://x]",
    "html": "<script>alert(1)</script>&\"'",
    "newline": "a\nb\r\nc\td",
    "bidi": "\u202egpj.exe\u2066",
    "zero width": "a\u200bb\u200d\ufeff",
    "surrogate": "caf\udce9",
    "wide": "微调学习率" * 8,
    "long": "x" * 400,
    "empty": "",
    "emoji code": ":smile: \U0001f600",
}


def _named(name: str) -> Diagnosis:
    """A diagnosis in which every text that a log can bring is ``name``."""
    steps = np.arange(5.0)
    curve = Curve(name, "train/loss", steps, np.array([3.0, 2, np.nan, 1, np.inf]), False, (name, name))
    run = Run(name, name, "csv", name, (curve,), name, (Ignored(name, name),), (name,))
    evidence = Evidence("m", 1.0, "", 0.5, True, True, 0.9, name, (0.0, 4.0))
    fix = Fix("fix", name)
    finding = Finding("r", name, State.UNSTABLE, Severity.ERROR, 0.9, name, None, (evidence,), "B3", (fix,))
    outcomes = (
        Outcome("r", OutcomeKind.FIRED, 0.9, finding=finding),
        Outcome("s", OutcomeKind.SKIPPED, 0.0, name),
        Outcome("o", OutcomeKind.OVERRULED, 0.6, name),
    )
    gap = Gap(0.1, 0.2, name, steps, steps)
    return Diagnosis(run, State.UNSTABLE, 0.9, {State.UNSTABLE: 0.9}, 1.0, 2.0, gap, outcomes, name)


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
def test_names_cannot_steer_the_terminal(name: str, unicode: bool) -> None:
    batch = Batch((_named(name), _named(name)), (Problem(name, name, name),))
    shown = terminal.render(batch, unicode=unicode, details=True)
    shown += columns.render([d.run for d in batch.diagnoses], unicode=unicode)
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert unicode or shown.isascii()
    assert max(map(cell_len, shown.split("\n"))) <= 80
    colored = terminal.render(batch, color=True, details=True)
    assert all(c.isprintable() or c == "\n" for c in re.sub(r"\x1b\[[0-9;]*m", "", colored))


def test_markup_is_shown_and_not_read() -> None:
    assert "[red]a[/red][link=http://x]" in terminal.render(Batch((_named(HOSTILE["markup"]),)), color=True)


class _Tags(HTMLParser):
    """Collects what a browser would see: element names and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("br", "polyline", "line", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("br", "polyline", "line", "circle"):
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
def test_notebook_escapes_names(name: str) -> None:
    html = notebook.html(_named(name))
    seen = _Tags(html)
    assert not seen.open
    assert seen.tags <= {
        "div",
        "span",
        "b",
        "svg",
        "polyline",
        "line",
        "circle",
        "ul",
        "ol",
        "li",
        "br",
        "code",
    }
    assert not {a for a in seen.attributes if a.startswith("on") or a in ("href", "src")}
    assert all(c.isprintable() for c in html)
    assert all(c.isprintable() for c in notebook.text(_named(name)))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=list(HOSTILE))
def test_json_is_valid_and_keeps_names(name: str) -> None:
    text = json.render(Batch((_named(name),), (Problem(name, name, name),)))
    assert text.isascii()
    document = stdlib_json.loads(text, parse_constant=pytest.fail)
    VALIDATOR.validate(document)
    if name.isprintable() or name == HOSTILE["escape"]:
        assert document["runs"][0]["name"] == name


anything = st.floats(width=64) | st.floats(-10, 10) | st.sampled_from([0.0, 1e300, -1e300, 5e-324, 1e-9])
text = st.text(max_size=12)
# Shrinking a batch takes minutes and makes it hardly clearer.
PHASES = [phase for phase in Phase if phase is not Phase.shrink]
names = st.text("abc_", max_size=30)
finite = st.floats(-1e9, 1e9)


@st.composite
def curves(draw: st.DrawFn, role: str) -> Curve:
    values = np.array(draw(st.lists(anything, max_size=9)), dtype=float)
    steps = draw(st.lists(finite, min_size=len(values), max_size=len(values)))
    higher = draw(st.sampled_from([True, False, None]))
    return Curve(draw(text), role, np.array(steps, dtype=float), values, higher)


@st.composite
def diagnoses(draw: st.DrawFn) -> Diagnosis:
    roles = draw(
        st.sets(st.sampled_from(["train/loss", "val/loss", "test/loss", "train/f1", "val/f1", "lr"]))
    )
    run = Run(draw(text), draw(text), "csv", draw(text), tuple(draw(curves(r)) for r in sorted(roles)), "f1")
    share = st.floats(0, 1)
    state = draw(st.sampled_from(State))
    gap = draw(
        st.none() | st.builds(Gap, anything, anything, text, st.just(np.arange(3.0)), st.just(np.ones(3)))
    )
    step = st.none() | finite | st.just(float("nan"))
    evidence = st.builds(
        Evidence,
        names,
        anything,
        text,
        anything,
        st.booleans(),
        st.booleans(),
        share,
        text,
        st.none() | st.tuples(finite, finite),
    )
    finding = st.builds(
        Finding, text, text, st.sampled_from(State), st.sampled_from(Severity), share, text,
        st.none() | st.tuples(finite, finite), st.lists(evidence, max_size=2).map(tuple),
        st.sampled_from(["", "B1"]), st.lists(st.builds(Fix, text, text, text), max_size=2).map(tuple),
    )  # fmt: skip
    outcome = st.builds(Outcome, text, st.sampled_from(OutcomeKind), share, text, st.none() | finding)
    outcomes = tuple(draw(st.lists(outcome, max_size=3)))
    return Diagnosis(run, state, draw(share), {state: 0.5}, draw(step), draw(step), gap, outcomes, draw(text))


@settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(diagnoses(), max_size=2),
    st.integers(1, 140),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_any_batch_can_be_shown(
    found: list[Diagnosis], width: int, color: bool, unicode: bool, details: bool
) -> None:
    batch = Batch(tuple(found))
    shown = terminal.render(batch, width=width, color=color, unicode=unicode, details=details)
    assert unicode or shown.isascii()
    if not color:
        assert max(map(cell_len, shown.split("\n"))) <= max(40, width)
    columns.render([d.run for d in found], width=width, color=color, unicode=unicode)
    VALIDATOR.validate(stdlib_json.loads(json.render(batch), parse_constant=pytest.fail))
    for diagnosis in found:
        assert not _Tags(notebook.html(diagnosis)).open
        assert "nan" not in re.findall(r'(?:points|x1|cx)="([^"]*)"', notebook.html(diagnosis))


def test_the_sample_shows_every_outcome() -> None:
    kinds = {o.kind for d in sample.batch().diagnoses for o in d.outcomes}
    assert kinds == set(OutcomeKind)
