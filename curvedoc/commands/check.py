"""``curvedoc check``: the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from curvedoc import flags
from curvedoc.console import emit, say
from curvedoc.errors import EXIT_GATE, EXIT_OK, EXIT_UNREADABLE, UsageError, nearest

from . import basing
from .showing import examine, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from curvedoc.gate import Policies
    from curvedoc.gated import GateResult
    from curvedoc.outputs import Wanted


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@flags.reading
@flags.showing
@click.option(
    "--fail-on",
    multiple=True,
    metavar="NAMES",
    help="States or rules that fail, separated by commas. [default: the sick states]",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    metavar="P",
    help="A state or rule fails when at least this sure. [default: 0.8]",
)
@click.option(
    "--fail-on-inconclusive/--no-fail-on-inconclusive",
    default=None,
    help="Whether a run too short to judge fails. [default: no]",
)
@click.option(
    "--fail-on-skipped/--no-fail-on-skipped",
    default=None,
    help="Whether a name of --fail-on that cannot be looked for fails. [default: no]",
)
@click.option(
    "--expect",
    multiple=True,
    metavar="STATE|CONDITION",
    help="A state to be in, or a bound: 'best val/loss <= 0.41'. Repeatable.",
)
@click.option(
    "--max-gap", metavar="GAP", help="Most that validation loss may end above train loss: 0.2 or 20%."
)
@click.option(
    "--max-wasted", metavar="SHARE", help="Most of the training that may follow its best step: 30%."
)
@basing.flags
@click.option("--exit-zero", is_flag=True, help="Exit 0 where the gate failed; other errors keep their code.")
@click.option("--config", metavar="FILE", help="Take the settings from FILE instead of the nearest.")
@click.option("--show-config", is_flag=True, help="Print the policy and where it comes from; check nothing.")
def check(paths: tuple[str, ...], reports: tuple[Wanted, ...], **given: Any) -> int:
    """A gate for CI: exit 1 when a run breaks the policy.

    Takes the same PATHs as diagnose. A path that cannot be read never passes: exit 3. The policy stands in
    [tool.curvedoc.check] of pyproject.toml, or in curvedoc.toml; flags win over it. Without any, runs in a
    sick state fail.
    """
    from curvedoc.gate import gate, idle, policies

    settings, table = basing.parted(flags.settings(given["config"]))
    # Of a flag that may be repeated nothing comes as an empty tuple: that is silence, not "none".
    said = {name: given[name] or None for name in ("fail_on", "expect")}
    policy = policies({**given, **said}, settings, more=bool(given["baseline"] or "path" in table))
    if given["show_config"]:
        return _show_config(policy, reports[0], basing.said(given, table, settings))
    if not paths:
        raise click.MissingParameter(param_hint="'PATH...'", param_type="argument")
    base = basing.asked(given, table, settings)
    batch = examine(paths, flags.options(given, settings))
    result = gate(batch, policy, _today(), base.look(batch))
    show(batch, reports, given, result, base.files(settings))
    for line in _verdict(result, idle(batch, policy)):
        say(line)
    base.write(batch, bool(result))
    if result.failed and not given["exit_zero"]:
        return EXIT_GATE
    return EXIT_UNREADABLE if result.problems else EXIT_OK


def _show_config(policy: Policies, report: Wanted, baseline: Mapping[str, tuple[Any, str]]) -> int:
    from curvedoc.gate import effective

    ways = {"terminal": effective.as_toml, "json": effective.as_json}
    if report.form not in ways:
        raise UsageError(
            f"--show-config has no format '{report.form}'.{nearest(report.form, ways)}",
            "Leave --format out, or use json.",
        )
    emit(ways[report.form](policy, baseline), report.file)
    return EXIT_OK


def _today() -> date:
    """The day everywhere: a gate must not turn with the time zone of the machine."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _verdict(result: GateResult, patterns: Sequence[str]) -> Iterator[str]:
    """What the gate says of each run that did not simply pass, and the sum of it."""
    from curvedoc.gate.told import unused, verdict
    from curvedoc.wording import clean

    if patterns and result.checks:
        yield clean(f"curvedoc: {unused(patterns)}")
    yield from (clean(f"curvedoc: {line}") for line in verdict(result))
