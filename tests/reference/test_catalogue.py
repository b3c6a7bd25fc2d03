"""The scenarios as data: sound without torch, every setting known, every remedy tried often enough."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from curvedoc import advice, rules
from curvedoc.errors import UsageError
from curvedoc.reference import catalogue, commands, trials
from curvedoc.states import State

ALL = (*catalogue.scenarios(), *catalogue.TRIALS_ALONE)


def test_ids_are_unique():
    assert len({s.id for s in ALL}) == len(ALL)


def test_every_state_and_every_documented_system_has_a_scenario():
    assert {s.state for s in catalogue.scenarios()} == set(State)
    shown = {s.about.split(":")[0] for s in catalogue.scenarios()}
    # R8's heirs carry its number; R16 is the search command.
    assert {f"R{i}" for i in range(1, 16)} <= shown


@pytest.mark.parametrize("remedy", catalogue.remedies())
def test_every_remedy_has_enough_set_ups(remedy):
    setups = catalogue.setups(remedy)
    assert len({(s.task, str(s.settings)) for s in setups}) == len(setups)
    for state in {s.trial_state for s in setups}:
        tried = [s for s in setups if s.trial_state == state]
        # Grokking takes minutes a run; elsewhere the first trial of a remedy in a state has three set-ups.
        assert len(tried) >= (2 if state == State.GROKKING else 3), state


def named_remedies():
    """The ids of all remedies that a fix names, as they stand in the source."""
    found = set()
    for file in [*Path(rules.__file__).parent.glob("*.py"), Path(advice.__file__)]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fix":
                name = node.args[0]
                # A fix made from another keeps its name.
                if not (isinstance(name, ast.Attribute) and name.attr == "remedy"):
                    assert isinstance(name, ast.Constant), f"{file}:{node.lineno}"
                    found.add(name.value)
    return found


def test_every_remedy_that_a_fix_names_was_tried_or_says_why_not():
    tried = json.loads(commands.TRIALS.read_text())["remedies"]
    named = named_remedies()
    assert named >= {"early-stopping", "grokfast", "loss-scaling"}
    assert named - tried.keys() == trials.UNTRIED.keys()


def test_the_trials_of_the_package_are_those_of_the_catalogue():
    attempts = trials.load(commands.TRIALS)
    assert all(trials.still_planned(a) for a in attempts)
    assert {a.remedy for a in attempts} == set(catalogue.remedies())
    seeds = Counter((a.setup, a.remedy) for a in attempts)
    slow = {s.id for s in catalogue.trial_setups() if s.task == trials.SLOW_TASK}
    assert {n for (setup, _), n in seeds.items() if setup in slow} == {trials.SLOW_SEEDS}
    assert {n for (setup, _), n in seeds.items() if setup not in slow} == {10}


def test_every_scenario_says_how_long_it_takes_and_stands_on_a_page():
    for each in catalogue.scenarios():
        assert each.seconds > 0, each.id
        assert catalogue.page_of(each.id)
    assert catalogue.page_of(catalogue.TRIALS_ALONE[0].id) == ""


def test_an_unknown_scenario_is_told():
    with pytest.raises(UsageError, match="Did you mean 'hotdog'"):
        catalogue.scenario("hotdgo")


def test_the_catalogue_needs_no_torch():
    code = "import sys, curvedoc.reference.commands\nassert not {'torch', 'sklearn'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
