"""The documentation says what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]


def test_generated_parts_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "tools/docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=[str(p.relative_to(ROOT)) for p in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_ci_runs_the_commands_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"Run the checks.*?```\n(.*?)```", readme, re.DOTALL)
    assert block
    ci = (ROOT / ".ci" / "run").read_text().splitlines()
    at = [ci.index(line) for line in block[1].splitlines()]
    assert at == sorted(at)
    assert ci[-1] == block[1].splitlines()[-1]


def test_exit_codes_are_documented_where_they_are_looked_for() -> None:
    from curvedoc import cli, errors

    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")} | {
        cli.EXIT_INTERRUPTED
    }
    for page in ("README.md", "docs/cli.md"):
        listed = {
            int(n)
            for n in re.findall(r"^\| (\d+) \|", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        }
        assert listed == codes, page


def test_the_policy_page_names_every_key_and_its_examples_hold() -> None:
    import tomllib

    from curvedoc.gate import policies
    from curvedoc.gate.keys import KEYS
    from curvedoc.settings import Settings

    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    assert all(f"| `{key}` |" in page for key in KEYS)
    for text in (page, (ROOT / "README.md").read_text(encoding="utf-8")):
        for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
            tool = tomllib.loads(block)["tool"]["curvedoc"]
            paths = {name: own["check"] for name, own in tool.get("paths", {}).items() if "check" in own}
            assert policies({}, Settings(check=tool.get("check", {}), checks=paths))
