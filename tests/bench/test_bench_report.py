"""The report as data, tables, JSON and pictures."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from scored_rows import many, run_of, scored

from curvedoc.bench.drawing import COLUMNS, reliability_plot, run_plot
from curvedoc.bench.report import Report, as_json, report
from curvedoc.bench.tables import Table, as_markdown, as_text, side_by_side, tables, text

if TYPE_CHECKING:
    from curvedoc.bench.answers import Scored

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    scored("overfitting", "overfitting", 0.9, group="g", path="a", source="s", part="x", seconds=0.002),
    scored("overfitting", "unstable", 0.6, group="g", path="b", source="s", part="x"),
    scored("smooth_descent", "overfitting", 0.8, group="h", path="c", source="t", part="y"),
    scored("not_overfitting", "smooth_descent", 0.7, group="i", path="d", source="t", part="y"),
    scored("unstable", "refused", group="j", path="e", source="t", part="y"),
]


@pytest.fixture(scope="module")
def measured() -> Report:
    return report(ROWS, unlabelled=3)


def test_cuts_tell_logs_apart(measured: Report) -> None:
    assert {cut: [each.name for each in found] for cut, found in measured.cuts.items()} == {
        "part": ["x", "y"],
        "source": ["s", "t"],
    }
    assert [each.name for each in measured.calibration] == ["all", "x", "y"]
    assert measured.cuts["part"][1].logs == 3


def test_wrong_answers_come_by_confidence_and_refusals_last(measured: Report) -> None:
    assert [each.path for each in measured.wrong] == ["c", "b", "e"]


def test_seconds_are_those_that_were_measured(measured: Report) -> None:
    assert measured.seconds == 0.002
    assert math.isnan(report(ROWS[1:]).seconds)


def test_the_binary_task_takes_sources_with_negatives_or_the_one_named(measured: Report) -> None:
    assert [each.logs for each in measured.overfit] == [1, 1]  # only 't' holds a negative
    assert report(ROWS, overfit_source="s").overfit == ()
    assert report(ROWS[:2]).overfit == ()


@given(rows=many())
def test_json_holds_no_nan(rows: list[Scored]) -> None:
    document = json.loads(as_json(report(rows)), parse_constant=pytest.fail)
    assert document["logs"] == len(rows)
    assert len(document["wrong"]) == sum(not row.right for row in rows)


@given(rows=many())
def test_every_report_can_be_written(rows: list[Scored]) -> None:
    measured = report(rows)
    for table in tables(measured, wrong=True):
        assert {len(row) for row in table.rows} <= {len(table.header)}
        as_markdown(table)
    assert text(measured).startswith("Figures\n")
    reliability_plot(measured.calibration)


def test_text_is_aligned() -> None:
    table = Table("Title", ("name", "n"), (("a", "1"), ("longer", "1000")), "A note.")
    assert as_text(table) == "Title\nA note.\n\nname       n\na          1\nlonger  1000\n"


def test_markdown_escapes_pipes() -> None:
    table = Table("Title", ("name", "n"), (("a|b", "1"),))
    assert as_markdown(table) == "## Title\n\n| name | n |\n|---|--:|\n| a\\|b | 1 |\n"


def test_tools_stand_side_by_side(measured: Report) -> None:
    table = side_by_side("Tools", [("one", measured), ("two", report(ROWS[:1]))])
    assert [row[0] for row in table.rows] == ["one", "two"]
    accuracy = table.header.index("accuracy")
    assert [row[accuracy] for row in table.rows] == ["40.0 %", "100.0 %"]
    assert table.rows[0][-1] == "2.0"
    assert "ms" not in side_by_side("Tools", [("one", measured)], timed=False).header


def test_what_a_path_holds_cannot_steer_the_terminal() -> None:
    shown = text(report([scored("unstable", "grokking", 0.9, path="a\x1b[2J.csv")]), wrong=True)
    assert "\x1b" not in shown


def test_the_reliability_plot_has_a_dot_for_each_bin(measured: Report) -> None:
    page = ET.fromstring(reliability_plot(measured.calibration[:1]))
    bins = [b for b in measured.calibration[0].bins if b.answers]
    dots = page.findall(f"{SVG}circle")
    assert len(dots) == len(bins) == 4
    across = [float(dot.attrib["cx"]) for dot in dots]
    assert across == sorted(across)


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([3.0, 2.0, 1.0] * 200, False),
        ([1.0] * 300 + [50.0] + [1.0] * 300, True),
        ([-1.0, -2.0, -50.0], False),
        ([1.0, math.nan, math.inf, 2.0], False),
        ([0.0, 0.0], False),
    ],
)
def test_a_sketch_of_a_run(values: list[float], log: bool) -> None:
    page = ET.fromstring(run_plot(run_of({"train/loss": values, "val/loss": values[::-1]}), "a <b> & c"))
    lines = page.findall(f"{SVG}polyline")
    assert len(lines) == 2
    for line in lines:
        points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
        assert 2 <= len(points) <= 2 * COLUMNS
        assert all(0 <= x <= 320 and 0 <= y <= 120 for x, y in points)
    assert ("log scale" in [each.text for each in page.findall(f"{SVG}text")]) is log
    assert page.findtext(f"{SVG}title") == "a <b> & c"


def test_a_spike_does_not_flatten_the_sketch() -> None:
    falling = [4.0 * 0.99**i + 0.5 for i in range(300)]
    falling[20] = 1e30
    page = ET.fromstring(run_plot(run_of({"val/loss": falling}), ""))
    points = page.find(f"{SVG}polyline").attrib["points"].split()
    heights = [float(pair.split(",")[1]) for pair in points if float(pair.split(",")[0]) > 60]
    assert max(heights) - min(heights) > 15


@pytest.mark.parametrize("values", [{}, {"train/loss": [math.nan] * 3}, {"val/accuracy": [0.5]}])
def test_a_sketch_of_nothing(values: dict[str, list[float]]) -> None:
    page = ET.fromstring(run_plot(run_of(values), ""))
    assert page.findall(f"{SVG}polyline") == []
    assert "no finite loss" in [each.text for each in page.findall(f"{SVG}text")]
