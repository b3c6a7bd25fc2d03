"""The flags that commands share, and how they join the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from .errors import UsageError
from .outputs import KNOWN, Wanted, wanted
from .reports import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .intake import Options
    from .settings import Settings

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


_FORMATS = "curvedoc.formats"


def _formats(context: click.Context, _: click.Parameter, names: tuple[str, ...]) -> None:
    context.meta[_FORMATS] = names


def _paired(context: click.Context, _: click.Parameter, files: tuple[str, ...]) -> tuple[Wanted, ...]:
    """The reports of a call; a completing shell wants none."""
    return () if context.resilient_parsing else wanted(context.meta[_FORMATS], files)


def _together(*decorators: Decorator) -> Decorator:
    def apply(command: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return apply


paths = click.argument("paths", nargs=-1, required=True, metavar="PATH...")
reading = _together(
    click.option(
        "--map", "mapping", multiple=True, metavar="ROLE=NAME",
        help="Read the column NAME as ROLE, e.g. train/loss=L. Repeatable.",
    ),
    click.option("--x", metavar="NAME", help="The column that counts the steps."),
    click.option("--metric", metavar="NAME", help="The metric to judge by, e.g. accuracy."),
    click.option("--reader", metavar="NAME", help="Use this reader instead of detecting the format."),
)  # fmt: skip
width = click.option("--width", type=click.IntRange(min=40), metavar="N", help="Columns to use.")
showing = _together(
    # Eager: what is asked for must be known when the files are paired with it.
    click.option("--format", "formats", multiple=True, metavar="NAME", is_eager=True, expose_value=False,
                 callback=_formats, help=f"A report: {', '.join(FORMATS)}. Repeatable. [default: terminal]"),
    click.option("--output", "reports", multiple=True, metavar="FILE", callback=_paired,
                 help=f"A file for a report: that of its ending ({KNOWN}), or the --format that is left. "
                      "What has no file goes to standard output. Repeatable."),
    width,
    click.option("--details", is_flag=True, help="Also show every measure and what was not checked."),
)  # fmt: skip


def settings(file: str | None = None) -> Settings:
    """The settings for the working directory, or those of a file."""
    from pathlib import Path

    from .settings import load, load_file

    return load_file(Path(file)) if file else load(Path.cwd())


def options(given: Mapping[str, Any], defaults: Settings) -> Options:
    """What the flags say, and where they are silent the settings."""
    from .intake import Options

    mapping: dict[str, str] = {}
    for pair in given["mapping"]:
        role, equals, name = pair.partition("=")
        if not (role and equals and name):
            raise UsageError(f"--map '{pair}' is not ROLE=NAME", "Write it like --map train/loss=L.")
        mapping[role] = name

    def joined(*settings: Settings) -> dict[str, Any]:
        """The flags, and where they are silent the settings, of several the last that speaks."""
        said = {key: [getattr(s, key) for s in reversed(settings)] for key in ("metric", "x", "reader")}
        chosen = {key: given[key] or next(filter(None, values), None) for key, values in said.items()}
        return {"mapping": {k: v for s in settings for k, v in s.map.items()} | mapping, **chosen}

    places = tuple((pattern, Options(**joined(defaults, own))) for pattern, own in defaults.paths.items())
    return Options(**joined(defaults), places=places)
