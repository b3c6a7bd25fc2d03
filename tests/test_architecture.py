"""The house stands: lists are complete, arrows point one way, the short path stays short."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from curvedoc.readers import READERS
from curvedoc.reports import FORMATS
from curvedoc.rules import RULES

PACKAGE = Path(__file__).resolve().parent.parent / "curvedoc"
HEAVY = (
    "torch",
    "sklearn",
    "pandas",
    "scipy",
    "matplotlib",
    "tensorboard",
    "tensorflow",
    "typer",
    "pydantic",
)
# Beside the outputs, reports/ holds what `columns`, `rules` and `explain` print.
OTHER_REPORTS = {"columns", "comparison", "pages"}


def modules(folder: str) -> set[str]:
    """Modules and packages in a package of curvedoc; private ones are helpers of their siblings."""
    found = {path.stem for path in (PACKAGE / folder).glob("*.py")}
    found |= {path.parent.name for path in (PACKAGE / folder).glob("*/__init__.py")}
    return {name for name in found if not name.startswith("_")}


def test_every_rule_file_is_listed() -> None:
    assert {rule.id for rule in RULES} == {name.replace("_", "-") for name in modules("rules")}
    assert len(RULES) == len({rule.id for rule in RULES})


def test_every_reader_file_is_listed() -> None:
    assert set(READERS) == modules("readers")


def test_every_report_file_is_listed() -> None:
    assert set(FORMATS) == modules("reports") - OTHER_REPORTS


def imported(*args: str) -> set[str]:
    """Modules that a command line has imported when it ends."""
    report = "print(*sys.modules, file=sys.stderr)"
    code = f"import sys; from curvedoc.cli import main; main({list(args)!r}); {report}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("logs") / "run.csv"
    path.write_text(
        "epoch,train_loss,val_loss\n" + "".join(f"{i},{1 / (i + 1)},{1 / (i + 1)}\n" for i in range(40))
    )
    return str(path)


@pytest.mark.parametrize(
    ("args", "absent"),
    [
        (("diagnose", "LOG"), (*HEAVY, "rich", "numpy.ma")),  # np.median would bring numpy.ma
        (("diagnose", "LOG", "--format", "json"), (*HEAVY, "rich", "plotille")),
        (("check", "LOG", "--fail-on", "unstable"), HEAVY),
        (("--help",), (*HEAVY, "numpy", "rich", "plotille")),
        (("--version",), (*HEAVY, "numpy", "rich", "plotille")),
    ],
    ids=" ".join,
)
def test_the_short_path(log: str, args: tuple[str, ...], absent: tuple[str, ...]) -> None:
    assert not imported(*(log if arg == "LOG" else arg for arg in args)) & set(absent)


def test_importing_the_package_imports_next_to_nothing() -> None:
    code = "import sys; before = set(sys.modules); import curvedoc; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {n for n in done.stdout.split() if n.startswith("curvedoc")} == {"curvedoc"}
    assert "numpy" not in done.stdout.split()


@pytest.mark.slow
def test_import_linter() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program, "import-linter is missing: pip install -e '.[dev]'"
    done = subprocess.run([program], cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
