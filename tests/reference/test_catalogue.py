"""The scenarios as data: sound without torch, every setting known, every remedy tried often enough."""

from __future__ import annotations

import subprocess
import sys

import pytest

from curvedoc.errors import UsageError
from curvedoc.reference import catalogue
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
    slow = all(s.task == "modular" for s in setups)
    assert len(setups) >= (1 if slow else 3)
    assert len({(s.task, str(s.settings)) for s in setups}) == len(setups)


def test_an_unknown_scenario_is_told():
    with pytest.raises(UsageError, match="Did you mean 'hotdog'"):
        catalogue.scenario("hotdgo")


def test_the_catalogue_needs_no_torch():
    code = "import sys, curvedoc.reference.commands\nassert not {'torch', 'sklearn'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
