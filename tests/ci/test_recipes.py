"""What the docs tell people to type: every command is understood, every block of YAML and TOML is valid."""

from __future__ import annotations

import contextlib
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from curvedoc.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> list[str]:
    return [text for language, text in BLOCK.findall(page.read_text("utf-8")) if language in languages]


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for text in blocks(page, "", "sh", "bash", "console", "yaml", "groovy"):
            for line in text.replace("\\\n", " ").splitlines():
                call = re.search(
                    r"(?:^|[\s'|])(?:python -m )?curvedoc ((?!\.)[a-z]+ .*)$", line.partition(" # ")[0]
                )
                if call and not re.match(r"\s*(uses|description|name|path|#)", line):
                    typed = re.sub(r"\s*(\||&&|\|\||2?>(?!=)).*$", "", call[1])
                    found.append((page.name, typed[:-1] if typed.count("'") % 2 else typed))  # sh '…'
    return found


@pytest.mark.parametrize(("page", "call"), commands())
def test_every_command_of_the_docs_is_understood(page: str, call: str) -> None:
    name, *arguments = shlex.split(call)
    command = app.commands.get(name)
    assert command is not None, f"{page}: there is no command {name}"
    if name in ("bench", "reference"):  # they read their arguments themselves
        return
    with contextlib.suppress(click.exceptions.Exit):  # --help ends there
        command.make_context(name, arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_yaml_and_toml_are_valid(page: Path) -> None:
    for text in blocks(page, "yaml"):
        assert yaml.safe_load(text)
    for text in blocks(page, "toml"):
        assert tomllib.loads(text)


def test_the_action_of_the_recipe_has_these_inputs() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    recipe = yaml.safe_load(blocks(ROOT / "docs" / "ci.md", "yaml")[0])
    step = next(step for step in recipe["jobs"]["curves"]["steps"] if "curvedoc@" in step.get("uses", ""))
    assert set(step["with"]) <= set(action["inputs"])


def test_the_hooks_of_the_recipe_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    recipe = next(
        data for text in blocks(ROOT / "docs" / "ci.md", "yaml")
        if isinstance(data := yaml.safe_load(text), dict) and "repos" in data
    )  # fmt: skip
    assert {hook["id"] for hook in recipe["repos"][0]["hooks"]} == {hook["id"] for hook in hooks}
