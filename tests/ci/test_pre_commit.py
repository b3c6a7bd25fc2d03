"""The pre-commit hooks: the manifest is valid, and pre-commit itself runs them on the sample logs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LOGS = ROOT / "sample_logs"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
SICK = ("label-noise.csv", "overflow.json", "rate-too-small.csv", "linear-on-spirals.csv", "loud-penalty.csv")
PROGRAMS = Path(sys.executable).parent
pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "pre-commit").exists() or shutil.which("git") is None, reason="needs pre-commit and git"
)


def pre_commit(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env |= {"PRE_COMMIT_HOME": str(folder / ".home"), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    program = str(PROGRAMS / "pre-commit")
    return subprocess.run([program, *args], cwd=folder, env=env, capture_output=True, text=True, check=False)


def repository(folder: Path, hook: dict[str, Any], *logs: str) -> Path:
    """A repository with logs in ``logs/``, whose pre-commit runs a hook as it would after its installation.

    ``language: system`` alone differs from the manifest: what is installed here is used.
    """
    (folder / "logs").mkdir()
    for log in logs:
        shutil.copy(LOGS / log, folder / "logs" / log)
    about = {k: v for k, v in hook.items() if k != "minimum_pre_commit_version"} | {"language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [about]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    for command in (["init", "-q"], ["add", "--all", "."]):
        subprocess.run(["git", "-c", "core.autocrlf=false", *command], cwd=folder, check=True)
    return folder


def test_the_manifest_is_valid(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", tmp_path / "hooks.yaml")
    done = pre_commit(tmp_path, "validate-manifest", "hooks.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_healthy_log_is_committed(tmp_path: Path) -> None:
    done = pre_commit(repository(tmp_path, HOOKS["curvedoc"], "line-smooth.csv"), "run", "--all-files")
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


@pytest.mark.parametrize("log", SICK)
def test_each_sick_log_is_refused(tmp_path: Path, log: str) -> None:
    folder = repository(tmp_path, HOOKS["curvedoc"], "line-smooth.csv", log)
    done = pre_commit(folder, "run", "--all-files")
    assert done.returncode == 1, done.stdout
    assert "exit code: 1" in done.stdout
    assert f"logs/{log}: gate failed" in done.stdout
    assert "line-smooth.csv: gate failed" not in done.stdout


def test_what_is_no_log_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    done = pre_commit(repository(tmp_path, HOOKS["curvedoc"]), "run", "--all-files")
    assert done.returncode == 0
    assert "no files to check" in done.stdout


@pytest.mark.parametrize(
    ("settings", "code"), [('fail-on = ["overfitting"]', 0), ('fail-on = ["overfiting"]', 1)]
)
def test_the_settings_are_checked(tmp_path: Path, settings: str, code: int) -> None:
    (tmp_path / "curvedoc.toml").write_text(f"[check]\n{settings}\n")
    done = pre_commit(repository(tmp_path, HOOKS["curvedoc-settings"]), "run", "--all-files")
    assert done.returncode == code, done.stdout
    assert ("Did you mean 'overfitting'" in done.stdout) == bool(code)
