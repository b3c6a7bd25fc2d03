"""Names of runs that are seeds, folds or parts of one experiment, and names that only look so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import validate

from curvedoc.families import families
from curvedoc.intake import Options, examine
from curvedoc.reports import json, terminal

if TYPE_CHECKING:
    from pathlib import Path

CASES = [
    (["seed_0/m", "seed_1/m", "seed_2/m"], [("3 seeds", "seed_*/m")]),
    (["run-seed1", "run-seed2", "run-seed3"], [("3 seeds", "run-seed*")]),
    (["exp/fold_1/metrics", "exp/fold_2/metrics"], [("2 folds", "exp/fold_*/metrics")]),
    (["folds/fold_0", "folds/fold_1"], [("2 folds", "folds/fold_*")]),
    (["c_seed=1", "c_seed=9", "v_seed=1", "v_seed=9"], [("2 seeds", "c_seed=*"), ("2 seeds", "v_seed=*")]),
    ([f"s/seed{s}/fold{f}" for s in (1, 2, 3) for f in (1, 2)], [("3 seeds × 2 folds", "s/seed*/fold*")]),
    (["seed1/fold1", "seed1/fold2", "seed2/fold1"], [("3 runs", "seed*/fold*")]),
    (["v/seed7/fold1", "v/seed7/fold2"], [("2 folds", "v/seed7/fold*")]),
    (["log#1", "log#2", "log#3"], [("3 runs", "log#*")]),
    (["logs/version_0/metrics", "logs/version_1/metrics"], [("2 runs", "logs/version_*/metrics")]),
    (["1/metrics", "2/metrics", "10/metrics"], [("3 runs", "*/metrics")]),
    (["slurm-4711", "slurm-4712"], [("2 runs", "slurm-*")]),
    (["trial_001", "trial_002"], [("2 trials", "trial_*")]),
    (["Seed 1", "Seed 2"], [("2 seeds", "Seed *")]),
    # settings, sizes and dates are no repeats
    (["resnet18", "resnet34", "resnet50"], []),
    (["lr_0.1", "lr_0.01"], []),
    (["bs_32", "bs_64"], []),
    (["a", "b", "seed_1/a"], []),
    (["2024-01-01/m", "2024-01-02/m"], []),
    (["run_0.1", "run_0.2"], []),
    (["unseed1", "unseed2"], []),
    ([], []),
]  # fmt: skip


@pytest.mark.parametrize(("names", "expected"), CASES)
def test_families(names: list[str], expected: list[tuple[str, str]]) -> None:
    assert [(f.size, f.name) for f in families(names)] == expected


@given(st.lists(st.text(alphabet="seedfolrun_/#-=.0123 ×", max_size=20), max_size=12))
def test_a_run_has_one_family_at_most_and_any_name_will_do(names: list[str]) -> None:
    found = families(names)
    members = [m for f in found for m in f.members]
    assert len(members) == len(set(members))
    assert all(len(f.members) >= 2 and f.name and f.size for f in found)


@given(st.permutations(["a/seed_1", "a/seed_2", "b/fold_3", "b/fold_4", "c"]))
def test_the_order_of_names_changes_nothing_but_the_order(names: list[str]) -> None:
    assert {(f.name, f.varies) for f in families(names)} == {
        ("a/seed_*", (("seed", 2),)), ("b/fold_*", (("fold", 2),))
    }  # fmt: skip


def test_the_overview_and_the_document_list_the_sets(tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        (tmp_path / f"cnn-seed{seed}.csv").write_text(
            "epoch,loss\n" + "".join(f"{e},{3 / e + seed / 100}\n" for e in range(1, 30))
        )
    (tmp_path / "other.csv").write_text("epoch,loss\n" + "".join(f"{e},{3 / e}\n" for e in range(1, 30)))
    batch = examine([str(tmp_path)], Options())
    assert "3 seeds  cnn-seed*  3 smooth descent" in terminal.render(batch)
    document = json.document(batch)
    (family,) = document["families"]
    assert (family["name"], family["varies"]) == ("cnn-seed*", {"seed": 3})
    assert [document["runs"][i]["name"] for i in family["runs"]] == ["cnn-seed1", "cnn-seed2", "cnn-seed3"]
    validate(document, json.schema())
