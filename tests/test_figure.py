"""The figure of a run: right curves, same bytes, hostile names, refusals."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sample_diagnosis as sample

from curvedoc.cli import main
from curvedoc.errors import UsageError
from curvedoc.figure import DOTS, MOST_RUNS, Look, draw
from curvedoc.run import Curve, Run

pytest.importorskip("matplotlib")
LOGS = Path(__file__).parents[1] / "sample_logs"
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: bytes) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def lone(curve: Curve, **others: object) -> object:
    run = Run("r", "r.csv", "csv", "step", (curve,))
    return replace(sample.overfitting(), run=run, best_step=None, onset_step=None, **others)


def test_a_run_is_told_by_its_title_labels_and_marks() -> None:
    shown = texts(draw([sample.overfitting()], "svg"))
    for wanted in ("cnn_small", "train", "validation", "loss", "accuracy (higher is better)", "epoch"):
        assert wanted in shown
    assert any(text.startswith("overfitting, ") for text in shown)
    assert any(text.startswith("best: epoch ") for text in shown)
    assert any(text.startswith("onset: epoch ") for text in shown)


@pytest.mark.parametrize(("form", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_same_run_gives_the_same_bytes(form: str, magic: bytes) -> None:
    first, second = (draw([sample.overfitting()], form) for _ in range(2))
    assert first == second
    assert first.startswith(magic)


def test_the_settings_of_the_user_are_left_alone_and_do_not_count() -> None:
    import matplotlib as mpl

    plain = draw([sample.overfitting()], "svg")
    with mpl.rc_context({"lines.linewidth": 9.0, "font.size": 30.0}):
        assert draw([sample.overfitting()], "svg") == plain
        assert mpl.rcParams["lines.linewidth"] == 9.0


def test_a_name_is_no_formula_no_markup_and_no_control_code() -> None:
    hostile = "$\\frac{1}{0$ $x$ <b>&\x1b[31m"
    diagnosis = sample.overfitting()
    named = replace(diagnosis, run=replace(diagnosis.run, name=hostile))
    shown = texts(draw([named], "svg"))
    assert any("$x$" in text or "$\\frac" in text for text in shown)
    assert not any("\x1b" in text for text in shown)


def test_every_spike_of_a_long_curve_is_drawn() -> None:
    values = np.ones(200_000)
    values[123_456] = 7.0
    curve = Curve("loss", "train/loss", np.arange(200_000.0), values, False)
    svg = draw([lone(curve)], "svg", Look(log=False))
    assert len(svg) < 60 * DOTS
    heights = {
        float(part.split()[2])
        for path in ET.fromstring(svg).iter(f"{SVG}path")
        if (d := path.get("d", "")).count("L") > 2
        for part in d.split("\n")
        if part.startswith(("M ", "L "))
    }
    assert len(heights) >= 2  # the level and the spike


def test_points_that_are_not_finite_are_marked() -> None:
    values = np.array([3.0, 2.0, np.nan, np.inf, 1.0])
    shown = texts(draw([lone(Curve("loss", "train/loss", np.arange(5.0), values, False))], "svg"))
    assert "train: not finite" in shown


def test_nothing_finite_can_be_drawn_too() -> None:
    values = np.full(5, np.nan)
    assert draw([lone(Curve("loss", "train/loss", np.arange(5.0), values, False))], "png")


@pytest.mark.parametrize("n", [1, 5, MOST_RUNS])
def test_many_runs_get_the_room_they_need(n: int) -> None:
    svg = ET.fromstring(
        draw([sample.overfitting()] * n, "svg")
    )  # that matplotlib finds no room is an error here
    assert float(svg.attrib["width"].removesuffix("pt")) == pytest.approx(72 * max(6.4, 3.2 * n))


def test_a_width_that_holds_no_run_is_refused() -> None:
    with pytest.raises(UsageError, match=r"5 runs in a width of 6\.4 inches"):
        draw([sample.overfitting()] * 5, "svg", Look(width=6.4))
    assert draw([sample.overfitting()] * 3, "svg", Look(width=6.4))


@pytest.mark.parametrize("count", [0, MOST_RUNS + 1])
def test_too_many_runs_and_none_are_refused(count: int) -> None:
    with pytest.raises(UsageError, match=f"{count} runs"):
        draw([sample.overfitting()] * count, "svg")


def test_without_matplotlib_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError) as error:
        draw([sample.overfitting()], "svg")
    assert "curvedoc[plot]" in error.value.fix


def test_the_command_writes_whole_files_and_says_what_it_could_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "fig.svg"
    log = str(LOGS / "line-smooth.csv")
    assert main(["plot", log, "-o", str(target), "--smooth", "--width", "4"]) == 0
    assert "line-smooth" in texts(target.read_bytes())
    before = target.read_bytes()
    assert main(["plot", str(tmp_path / "no.csv"), "-o", str(target)]) == 3
    assert main(["plot", log, "-o", str(tmp_path / "fig.gif")]) == 2
    assert main(["plot", log, "-o", str(tmp_path / "fig")]) == 2
    assert main(["plot", log, str(tmp_path / "no.csv"), "-o", str(tmp_path / "two.png")]) == 3
    assert (tmp_path / "two.png").read_bytes().startswith(b"\x89PNG")
    assert target.read_bytes() == before
    said = capsys.readouterr().err
    assert ".gif" in said
    assert "fig: its name has no ending" in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fig.svg", "two.png"]
