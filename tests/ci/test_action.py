"""The GitHub action: its own steps, run by bash as GitHub does, on the sample logs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LOGS = ROOT / "sample_logs"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INSTALL, CHECK = ACTION["runs"]["steps"]
SICK = {
    "label-noise.csv": "overfitting",
    "overflow.json": "unstable",
    "rate-too-small.csv": "poor_optimization",
    "linear-on-spirals.csv": "underfitting",
    "loud-penalty.csv": "loss_metric_mismatch",
}
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the steps run in bash")


@dataclass(frozen=True)
class Ran:
    """What a step left behind."""

    code: int
    said: str
    outputs: dict[str, str]
    summary: str


def run(step: dict[str, Any], folder: Path, given: dict[str, str], **env: str) -> Ran:
    """One step, as the runner starts it: inputs put into its environment, and never into its script."""
    inputs = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()} | given
    own = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: inputs[m[1]], value)
        for name, value in step["env"].items()
    }
    files = {name: folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
    for file in files.values():
        file.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={**os.environ, **own, **{n: str(f) for n, f in files.items()}, "RUNNER_TEMP": str(folder), **env},
        cwd=ROOT / inputs["working-directory"],
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
    return Ran(done.returncode, done.stdout + done.stderr, outputs, summary)


def check(folder: Path, paths: str, **given: str) -> Ran:
    program = str(Path(sys.executable).with_name("curvedoc"))
    return run(CHECK, folder, {"paths": paths, **given}, CURVEDOC=program)


def test_no_input_is_text_of_a_script() -> None:
    for step in (INSTALL, CHECK):
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_every_input_reaches_a_step() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    assert set(re.findall(r"outputs\.([\w-]+)", json.dumps(ACTION["outputs"]))) == set(ACTION["outputs"])


def test_a_healthy_log_passes(tmp_path: Path) -> None:
    ran = check(tmp_path, "sample_logs/line-smooth.csv")
    assert ran.code == 0, ran.said
    assert ran.outputs["exit-code"] == "0"
    assert "::error" not in ran.said
    assert "line-smooth" in ran.summary
    report = json.loads(Path(ran.outputs["json"]).read_text("utf-8"))
    assert report["runs"][0]["state"] == "smooth_descent"


@pytest.mark.parametrize(("log", "state"), SICK.items())
def test_each_sick_log_fails_and_says_why(tmp_path: Path, log: str, state: str) -> None:
    ran = check(tmp_path, f"sample_logs/{log}")
    assert ran.code == 1, ran.said
    assert ran.outputs["exit-code"] == "1"
    errors = [line for line in ran.said.splitlines() if line.startswith("::error ")]
    assert any(
        f"file=sample_logs/{log}" in line and state.replace("_", " ") in line for line in errors
    ) or any(f"file=sample_logs/{log}" in line and state in line for line in errors)
    assert state.replace("_", " ").split()[0] in ran.summary


def test_flags_and_reports(tmp_path: Path) -> None:
    files = {name: str(tmp_path / f"out.{end}") for name, end in
             (("sarif", "sarif"), ("html", "html"), ("markdown", "md"))}  # fmt: skip
    paths = "sample_logs/label-noise.csv\n  \n  sample_logs/line-smooth.csv \n"
    ran = check(tmp_path, paths, **{"fail-on": "unstable", "args": "--expect\nval/loss <= 100\n"}, **files)
    assert ran.code == 0, ran.said
    assert json.loads(Path(files["sarif"]).read_text("utf-8"))["version"] == "2.1.0"
    assert Path(files["html"]).read_text("utf-8").startswith("<!doctype html>")
    assert "label-noise" in Path(files["markdown"]).read_text("utf-8")
    assert len(json.loads(Path(ran.outputs["json"]).read_text("utf-8"))["runs"]) == 2
    failed = check(tmp_path, paths, **{"fail-on": "overfitting", "args": "--expect\nval/loss <= 1e-9"})
    assert failed.code == 1
    assert "1e-09" in failed.said or "1e-9" in failed.said


def test_a_missing_log_and_a_wrong_flag_keep_their_codes(tmp_path: Path) -> None:
    assert check(tmp_path, "sample_logs/absent.csv").code == 3
    wrong = check(tmp_path, "sample_logs/line-smooth.csv", **{"fail-on": "overfiting"})
    assert wrong.code == 2
    assert "overfitting" in wrong.said
    assert "json" not in wrong.outputs


def test_inputs_are_no_commands(tmp_path: Path) -> None:
    marker = tmp_path / "taken"
    hostile = f"$(touch {marker}); `touch {marker}`; --exit-zero"
    ran = check(tmp_path, hostile, **{"fail-on": f"overfitting; touch {marker}"})
    assert ran.code in (2, 3)
    assert not marker.exists()


@pytest.mark.slow
def test_it_installs_itself(tmp_path: Path) -> None:
    ran = run(INSTALL, tmp_path, {"python": sys.executable}, GITHUB_ACTION_PATH=str(ROOT))
    assert ran.code == 0, ran.said
    program = (tmp_path / "github_env").read_text().strip().split("=", 1)[1]
    done = run(CHECK, tmp_path, {"paths": "sample_logs/line-smooth.csv"}, CURVEDOC=program)
    assert done.code == 0, done.said
