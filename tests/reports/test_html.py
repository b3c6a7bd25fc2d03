"""The HTML report without a browser: its bytes, its data, and what it lets in (tests/browser drives it)."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sample_diagnosis as sample
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_report_safety import HOSTILE, PHASES, _named, diagnoses

from curvedoc import __version__
from curvedoc.cli import main
from curvedoc.diagnosis import Batch, Diagnosis, Problem
from curvedoc.gated import Check, GateResult, Status
from curvedoc.reports import html
from curvedoc.reports.html import charts, shell
from curvedoc.reports.html.condense import MOST_LOST, condense
from curvedoc.run import Curve, Run
from curvedoc.states import State

GOLDEN = Path(__file__).parent / "html_golden"
VENDOR = Path(html.__file__).parent / "vendor"
MANY = sample.batch()


def _gate() -> GateResult:
    smooth, unclear, overfitting, grokking, unstable = MANY.diagnoses
    checks = (
        Check("fail-on", "overfitting", Status.FAILED, "The run is overfitting (93 % sure)."),
        Check("max-gap", "1.0", Status.ALLOWED, "The gap is 1.084; allowed until 2030-01-01: a known case."),
        Check("expect", "val/f1 >= 0.9", Status.SKIPPED, "The log has no val/f1."),
    )
    return GateResult(
        failed=((overfitting, "overfitting, 93 % sure"),),
        doubtful=((grokking, "grokking, 88 % sure, less than 95 %"),),
        passed=(smooth, unclear, unstable),
        problems=sample.PROBLEMS,
        checks=((overfitting, checks), (smooth, ())),
    )


class _Page(HTMLParser):
    """What a browser takes from the page: elements, attributes, and the contents of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.data: dict[str, str] = {}
        self.code: dict[str, list[str]] = {"script": [], "style": []}
        self.title = ""
        self._inside: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._inside = (tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._inside = ("", {})

    def handle_data(self, data: str) -> None:
        tag, attributes = self._inside
        if tag == "title":
            self.title += data
        elif tag in self.code and "type" not in attributes:
            self.code[tag].append(data)
        elif tag == "script":
            self.data[str(attributes["id"])] = data


def _shown(batch: Batch, gate: GateResult | None = None) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in _Page(html.render(batch, gate=gate)).data.items()}


def _short(value: Any) -> Any:
    """Long lists of numbers cut to their ends: the golden file is read by people."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if (
        isinstance(value, list)
        and len(value) > 12
        and all(v is None or isinstance(v, int | float) for v in value)
    ):
        return [*value[:3], f"{len(value) - 6} more", *value[-3:]]
    return [_short(item) for item in value] if isinstance(value, list) else value


def _shell() -> str:
    """The page without its styles, scripts and data."""
    text = re.sub(
        r"(<(script|style)[^>]*>).*?(</\2>)", r"\1...\3", html.render(sample.one()), flags=re.DOTALL
    )
    return re.sub(r"sha256-[\w+/=]+", "sha256-...", text).replace(__version__, "...")


def _data() -> str:
    shown = _short(_shown(MANY, _gate()))
    shown["batch"]["version"] = "..."
    return json.dumps(shown, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(("name", "made"), [("shell.html", _shell), ("many.json", _data)])
def test_golden(name: str, made: Any) -> None:
    """After an intended change: set UPDATE_GOLDEN=1 as for the other reports, then read the difference."""
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(made(), encoding="utf-8")
    assert made() == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_same_batch_gives_the_same_page_in_ascii() -> None:
    page = html.render(sample.batch())
    assert page == html.render(sample.batch())
    assert page.isascii()
    assert "\r" not in page


def test_the_policy_names_exactly_what_is_on_the_page() -> None:
    text = html.render(MANY)
    page = _Page(text)
    policy = next(value for _, value in page.attributes if value and value.startswith("default-src 'none'"))
    allowed = set(re.findall(r"sha256-([\w+/=]+)", policy))
    there = {
        b64encode(sha256(code.encode()).digest()).decode() for kind in page.code.values() for code in kind
    }
    assert allowed == there
    assert len(there) == 3
    assert "unsafe" not in policy
    assert not re.search(r"https?:", policy)


def test_the_page_names_no_address_but_that_of_its_library() -> None:
    page = html.render(sample.one())
    assert set(re.findall(r"https?://[\w./-]+", page)) <= {
        "https://github.com/leeoniya/uPlot", "http://www.w3.org/2000/svg"
    }  # fmt: skip
    assert not re.search(r"""(src|href)=["'](?!#|data:,")""", page.split("<script")[0])


@pytest.mark.parametrize("name", [*HOSTILE.values(), "{{data}}", "{{script}}</title>", "</script ><!-- "])
def test_names_stay_names(name: str) -> None:
    run = _named(name)
    check = Check(name, name, Status.FAILED, name)
    gate = GateResult(((run, name),), (), (), (), ((run, (check,)),))
    page = _Page(html.render(Batch((run,), (Problem(name, name, name),)), gate=gate))
    plain = _Page(html.render(Batch((_named("a"),), (Problem("a", "a", "a"),)), gate=gate))
    assert page.tags == plain.tags
    assert page.code == plain.code
    batch = json.loads(page.data["batch"])
    if name.isprintable():
        assert batch["runs"][0]["reason"] == batch["problems"][0]["path"] == name
    else:
        assert batch["runs"][0]["reason"].isprintable()


@settings(max_examples=30, deadline=None, phases=PHASES)
@given(st.lists(diagnoses(), max_size=2))
def test_any_batch_can_be_shown(found: list[Diagnosis]) -> None:
    page = _Page(html.render(Batch(tuple(found))))
    assert page.tags.count("script") == len(found) + 3
    for text in page.data.values():
        json.loads(text, parse_constant=pytest.fail)


def test_the_vendored_library_is_the_one_that_its_notice_tells_of() -> None:
    notice = (VENDOR / "NOTICE.md").read_text()
    sums = dict(re.findall(r"^([0-9a-f]{64})  (\S+)$", notice, re.MULTILINE))
    files = {path.name for path in VENDOR.iterdir()} - {"NOTICE.md", "__pycache__"}
    assert set(sums.values()) == files
    for digest, name in sums.items():
        assert sha256((VENDOR / name).read_bytes()).hexdigest() == digest
    version = re.search(r"uplot` ([\d.]+)", notice)
    assert version
    assert f"(v{version[1]})" in (VENDOR / "uPlot.iife.min.js").read_text()
    assert "MIT License" in (VENDOR / "uPlot.LICENSE").read_text()


def test_every_asset_is_used() -> None:
    folder = Path(html.__file__).parent / "assets"
    used = {"assets/shell.html", *shell.STYLES, *shell.SCRIPTS}
    assert {f"assets/{path.name}" for path in folder.iterdir()} == {u for u in used if "vendor" not in u}


def test_from_the_command_line(tmp_path: Path) -> None:
    log, page = tmp_path / "run.csv", tmp_path / "report.html"
    rows = "".join(f"{i},{1 / (i + 1)},{1.1 / (i + 1)}\n" for i in range(30))
    log.write_text("epoch,train_loss,val_loss\n" + rows)
    assert main(["diagnose", str(log), "--format", "html", "--output", str(page)]) == 0
    assert _Page(page.read_text(encoding="ascii")).title == "smooth descent: run - curvedoc"


series = st.integers(1, 200).flatmap(
    lambda n: st.tuples(
        arrays(float, n, elements=st.floats(-1e6, 1e6) | st.integers(0, 50).map(float)),
        arrays(float, n, elements=st.floats(width=64) | st.floats(-10, 10)),
    )
)


@given(series, st.integers(1, 60))
def test_condensing_keeps_what_is_extreme_and_what_is_lost(pair: tuple[Any, Any], most: int) -> None:
    steps, values = pair
    points = condense(steps, values, most)
    assert len(points.x) <= most or len(points.x) <= len(steps) <= most
    assert (np.diff(points.x) > 0).all()
    assert points.lost_points == (~np.isfinite(values)).sum()
    finite = np.clip(values[np.isfinite(values)], -1e300, 1e300)
    if len(finite):
        low = points.y if points.low is None else points.low
        high = points.y if points.high is None else points.high
        assert np.nanmin(low) == finite.min()
        assert np.nanmax(high) == finite.max()
    for step in steps[~np.isfinite(values)]:
        assert any(a <= step <= b for a, b in points.lost)


def test_a_short_curve_is_kept_as_it_is() -> None:
    steps, values = np.array([0.0, 1, 3, 4]), np.array([2.0, np.nan, 1, 0.5])
    points = condense(steps, values, 4)
    assert points.per == 1
    assert points.low is None
    np.testing.assert_array_equal(points.x, steps)
    np.testing.assert_array_equal(points.y, values)
    assert points.lost == ((1.0, 1.0),)


def test_a_mean_of_large_values_does_not_overflow() -> None:
    points = condense(np.arange(8.0), np.full(8, 1.7e308), 2)
    np.testing.assert_array_equal(points.y, [1e300, 1e300])


def test_very_many_gaps_are_marked_place_by_place() -> None:
    values = np.ones(10_000)
    values[::2] = np.nan
    points = condense(np.arange(10_000.0), values, 500)
    assert len(points.lost) <= MOST_LOST
    assert points.lost_points == 5000


def _run(n: int, name: str = "a") -> Diagnosis:
    steps = np.arange(float(n))
    values = 2 + np.sin(steps) / 3
    run = Run(
        name, name, "csv", "step", tuple(Curve(r, r, steps, values, False) for r in ("train/loss", "lr"))
    )
    return Diagnosis(run, State.INCONCLUSIVE, 0.5, {}, None, None, None, (), "")


def test_a_million_points_make_a_small_page() -> None:
    assert len(html.render(Batch((_run(1_000_000),)))) < 1_000_000


def test_many_runs_share_the_room_of_a_page() -> None:
    runs = Batch(tuple(_run(4000, f"run {i}") for i in range(30)))
    assert charts.room(runs) == charts.BUDGET // 60
    assert charts.room(Batch((_run(5),))) == charts.MOST
    assert len(html.render(runs)) < 4_000_000
    shown = _shown(Batch(runs.diagnoses[:2]))["run-0"]["charts"][0]
    assert shown["note"] == ""
    assert shown["curves"][0]["x"] == {"from": 0, "by": 1, "n": 4000}
    many = json.loads(_Page(html.render(runs)).data["run-0"])["charts"][0]
    assert "a point is the mean of about so many logged ones (train 2)" in many["note"]
    assert many["curves"][0]["ends"] == [0, 3999]


def test_scores_are_drawn_on_a_linear_axis_at_first() -> None:
    steps = np.arange(50.0)
    values = np.geomspace(1e-5, 1, 50)
    curves = (
        Curve("acc", "val/accuracy", steps, values, True),
        Curve("loss", "val/loss", steps, values, False),
    )
    diagnosis = _run(5)
    run = Run("a", "a", "csv", "step", curves, "accuracy")
    shown = {c["quantity"]: c["log"] for c in charts.charts(replace(diagnosis, run=run), 100)}
    assert shown == {"loss": True, "accuracy": False}
