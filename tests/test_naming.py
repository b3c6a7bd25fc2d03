"""Which logged name is which curve: real header sets of many frameworks, and what must hold for any log."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naming_headers import KNOWN

from curvedoc.errors import UsageError
from curvedoc.naming import assign, why
from curvedoc.naming.tokens import Kind, read_name, words
from curvedoc.run import Ignored, Logged, Run, Series
from curvedoc.wording import clean


def log(headers: str | dict[str, object], path: str = "run.csv", points: int = 20) -> Logged:
    """A log from header names (separated by blanks or ``|``; ``name:5`` has five points over the run).

    Values fall, each column in its own range; a dict gives values.
    """
    if isinstance(headers, dict):
        columns = {n: (np.arange(len(v)), v) for n, v in headers.items()}  # type: ignore[arg-type]
    else:
        columns = {}
        for i, header in enumerate(h.strip() for h in headers.split("|" if "|" in headers else None)):
            name, _, count = header.rpartition(":")
            given = bool(name) and count.isdigit()
            n = int(count) if given else points
            steps = np.arange(1, n + 1) * max(1, points // n)
            columns[name if given else header] = (steps, 1 / (1 + np.arange(n)) + 0.01 * i)
    series = tuple(Series(n, np.asarray(x, float), np.asarray(y, float)) for n, (x, y) in columns.items())
    return Logged("run", path, "csv", "epoch", series)


def roles(run: Run) -> dict[str, str]:
    return {c.role: c.name for c in run.curves}


@pytest.mark.parametrize("framework", KNOWN)
def test_known_headers(framework: str) -> None:
    headers, expected, metric = KNOWN[framework]
    run = assign(log(headers))
    found = roles(run)
    for pair in expected.split(";" if ";" in expected else None):
        role, _, name = pair.partition("=")
        assert found.get(role) == name, (role, found)
    assert run.metric == metric
    assert_nothing_lost(log(headers), run)


NOT_CURVES = {
    "best_val_so_far": "best value",
    "best_acc": "best value",
    "val_loss_std": "spread",
    "reward_max": "spread",
    "train/loss__MIN": "spread",
    "epoch_time": "time",
    "samples_per_second": "time",
    "gpu_memory": "memory",
    "num_samples": "counter",
    "global_step": "counter",
    "val_x_pred_vae_anneal_metric": "schedule",
    "kl_coeff": "setting",
    "loss_scale": "setting",
    "hp_metric": "setting",
    "losses/entropy": "diagnostic",
    "Loss/scores/fake": "diagnostic",
    "train/explained_variance": "diagnostic",
    "foo": "--map",
}


@pytest.mark.parametrize("name", NOT_CURVES)
def test_look_alikes_are_ignored_with_a_reason(name: str) -> None:
    run = assign(log(f"loss {name}"))
    assert [c.role for c in run.curves] == ["train/loss"]
    (ignored,) = run.ignored
    assert ignored.name == name
    assert NOT_CURVES[name] in ignored.reason


DIRECTIONS = {
    "accuracy f1 auc miou mAP50 psnr bleu r2 reward success_rate dice ndcg top5 log_likelihood": True,
    "wer cer fid mae rmse perplexity error lpips mape ppl hd95": False,
}


@pytest.mark.parametrize(
    ("name", "higher"), [(n, up) for names, up in DIRECTIONS.items() for n in names.split()]
)
def test_direction_follows_the_name(name: str, higher: bool) -> None:
    run = assign(log(f"val_loss val_{name}"))
    assert {c.name: c.higher_is_better for c in run.curves} == {"val_loss": False, f"val_{name}": higher}


def test_direction_of_an_unknown_metric_follows_the_data() -> None:
    falling = np.linspace(2, 1, 20)
    data = {"train_loss": falling, "val_loss": falling, "val_foo": 3 - falling, "val_bar": falling * 2}
    run = assign(log({**data, "val_noise": np.tile([1.0, 2.0], 10)}))
    assert run.roles["val/foo"].higher_is_better is True
    assert run.roles["val/bar"].higher_is_better is False
    assert run.roles["val/noise"].higher_is_better is None


def test_a_norm_per_layer_does_not_speak_for_the_model() -> None:
    layers = "loss grad_2.0_norm/fc1.weight grad_2.0_norm/fc2.weight"
    assert "grad_norm" not in assign(log(layers)).roles
    assert assign(log(f"{layers} grad_2.0_norm_total")).roles["grad_norm"].name == "grad_2.0_norm_total"
    assert assign(log("loss lr/group0 lr/group1")).roles["lr"].name == "lr/group0"


# Sums of parts


def test_parts_are_summed_when_no_total_is_logged() -> None:
    logged = log("train/box_loss train/cls_loss val/cls_loss val/box_loss")
    run = assign(logged)
    by_name = {s.name: s.values for s in logged.series}
    train = run.roles["train/loss"]
    assert train.sources == ("train/box_loss", "train/cls_loss")
    np.testing.assert_array_equal(train.values, by_name["train/box_loss"] + by_name["train/cls_loss"])
    assert len(run.curves) == 2
    assert run.notes == ("train/loss and val/loss are the sums of box_loss and cls_loss: no total is logged",)


def test_only_common_parts_are_summed() -> None:
    run = assign(log("train/a_loss train/b_loss train/aux_loss val/a_loss val/b_loss"))
    assert run.roles["train/loss"].sources == ("train/a_loss", "train/b_loss")
    assert "train/aux_loss" in run.roles
    assert "train/aux_loss" in run.notes[0]


def test_a_part_at_other_steps_is_left_out() -> None:
    run = assign(log("a_loss b_loss slow_loss:5"))
    assert run.roles["train/loss"].sources == ("a_loss", "b_loss")
    assert any("slow_loss" in note for note in run.notes)


def test_a_part_that_is_never_finite_does_not_destroy_the_sum() -> None:
    falling = np.linspace(2, 1, 9)
    dead = np.full(9, np.inf)
    run = assign(log({"val/a_loss": falling, "val/b_loss": falling, "val/c_loss": dead}))
    np.testing.assert_allclose(run.roles["val/loss"].values, 2 * falling)
    assert np.isinf(run.roles["val/c_loss"].values).all()
    assert any("val/c_loss is never finite" in note for note in run.notes)


def test_the_infinite_part_stays_where_nothing_else_moves() -> None:
    run = assign(log({"val/a_loss": np.zeros(9), "val/b_loss": np.full(9, np.inf)}))
    assert np.isinf(run.roles["val/loss"].values).all()
    assert any("never finite" in note for note in run.notes)


def test_a_loss_restated_in_other_units_is_no_part() -> None:
    assert assign(log("loss_ce loss_bbox loss_ce_unscaled")).roles["train/loss"].sources == (
        "loss_bbox",
        "loss_ce",
    )


@pytest.mark.parametrize(
    "headers", ["train/loss:40 train/train_loss:1", "eval_loss:5 train_runtime:1 train_loss:1"]
)
def test_a_closing_summary_is_no_curve(headers: str) -> None:
    run = assign(log(headers))
    name = headers.split()[-1].removesuffix(":1")
    assert name not in roles(run).values()
    assert any(i.name == name and "summary" in i.reason for i in run.ignored)


# Adversarial losses


@pytest.mark.parametrize(
    "headers",
    [
        "G_GAN G_L1 D_real D_fake",
        "Loss_D Loss_G",
        "errD errG",
        "gen/loss dis/loss",
        "Loss/G/loss/mean Loss/D/loss/mean",
        "critic_loss generator_loss",
        "D_A G_A cycle_A D_B G_B",
        "l_g_pix l_g_gan l_d_real l_d_fake",
        "generator/total discriminator/total mel_error:5",
    ],
)
def test_adversarial_losses_are_no_train_loss(headers: str) -> None:
    run = assign(log(headers))
    assert run.get("train/loss") is None
    sides = [c for c in run.curves if "generator" in c.role or "discriminator" in c.role]
    assert {c.quantity.split("_")[0] for c in sides} == {"generator", "discriminator"}
    assert all(c.higher_is_better is None for c in sides)
    assert any("play against each other" in note for note in run.notes)


def test_exact_adversarial_roles() -> None:
    found = roles(assign(log("G_GAN G_L1 D_real D_fake")))
    assert found == {
        "train/generator_loss": "G_GAN",
        "train/generator_l1_loss": "G_L1",
        "train/discriminator_real_loss": "D_real",
        "train/discriminator_fake_loss": "D_fake",
    }


@pytest.mark.parametrize(
    "headers",
    ["d_loss aux_loss", "actor_loss critic_loss", "loss_g loss_x", "policy_loss value_loss disc_loss"],
)
def test_single_letters_and_critics_alone_are_not_adversarial(headers: str) -> None:
    assert assign(log(headers)).get("train/loss") is not None


# Names from files


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("x/run-.-tag-val_loss.csv", "Value", {"val/loss": "Value"}),
        ("run-train-tag-epoch_loss.csv", "Value", {"train/loss": "Value"}),
        ("run-logs_1_validation-tag-epoch_accuracy.csv", "Value", {"val/accuracy": "Value"}),
        ("val_loss.csv", "value", {"val/loss": "value"}),
        ("checkpoint_gen_loss.csv", "1.375", {"train/generator_loss": "1.375"}),
        ("learn_error.tsv", "Logloss Accuracy", {"train/loss": "Logloss", "train/accuracy": "Accuracy"}),
        ("test_error.tsv", "Logloss Accuracy", {"val/loss": "Logloss", "val/accuracy": "Accuracy"}),
        ("validation.csv", "loss acc", {"val/loss": "loss", "val/accuracy": "acc"}),
        ("test.csv", "loss acc", {"train/loss": "loss", "train/accuracy": "acc"}),
        ("golden_dev_h100.json", "loss", {"train/loss": "loss"}),
        ("accuracy.csv", "train val", {"train/accuracy": "train", "val/accuracy": "val"}),
        ("val.csv", "train_loss val_loss", {"train/loss": "train_loss", "val/loss": "val_loss"}),
    ],
)
def test_the_file_names_what_the_columns_do_not(path: str, headers: str, expected: dict[str, str]) -> None:
    assert roles(assign(log(headers, path))) == expected


def test_a_log_without_names_is_guessed_from_the_data_and_says_so() -> None:
    run = assign(log({"col2": np.linspace(3, 1, 20), "col3": np.linspace(0.1, 0.9, 20)}))
    assert roles(run) == {"train/loss": "col2"}
    assert "col2" in run.notes[0]
    assert [i.name for i in run.ignored] == ["col3"]


# Values that are evidence, metrics that are none


def test_all_nan_losses_are_kept() -> None:
    nan = np.full(9, np.nan)
    run = assign(log({"loss": nan, "val_loss": nan}))
    assert set(run.roles) == {"train/loss", "val/loss"}


def test_a_metric_without_any_number_is_no_main_metric() -> None:
    falling = np.linspace(2, 1, 9)
    run = assign(log({"train": falling, "val": falling, "val_acc": np.full(9, np.nan)}))
    assert run.metric == ""
    assert "val/accuracy" in run.roles


def test_zero_metrics_lose_to_those_that_vary_unless_alone() -> None:
    falling = np.linspace(2, 1, 9)
    zero = np.zeros(9)
    both = {"loss": falling, "val_loss": falling, "val_miou": zero, "val_acc": 1 / falling}
    assert assign(log(both)).metric == "accuracy"
    assert assign(log({"loss": falling, "val_f1": zero})).metric == "f1"


def test_a_copy_of_the_loss_is_no_metric() -> None:
    falling = np.linspace(2, 1, 9)
    copied = {"loss": falling, "mse": falling, "val_loss": 2 * falling, "val_mse": 2 * falling}
    assert assign(log(copied)).metric == ""


# What the user asks for


def test_mapping_overrides_everything() -> None:
    run = assign(
        log("loss val_loss L VL best_acc"), {"train/loss": "L", "valid/loss": "VL", "val_acc": "best_acc"}
    )
    assert run.roles["train/loss"].name == "L"
    assert run.roles["val/loss"].name == "VL"
    assert run.roles["val/accuracy"].name == "best_acc"
    assert run.metric == "accuracy"
    assert {"loss", "val_loss"} <= {c.name for c in run.curves}


def test_mapping_keeps_the_test_split() -> None:
    assert roles(assign(log("loss T"), {"test/loss": "T"})) == {"train/loss": "loss", "test/loss": "T"}


def test_mapping_one_side_leaves_the_other_to_habit() -> None:
    run = assign(log("a_loss b_loss val_a_loss val_b_loss"), {"train/loss": "a_loss"})
    assert run.roles["train/loss"].name == "a_loss"
    assert run.roles["val/loss"].sources == ("val_a_loss", "val_b_loss")


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"train/loss": "los"}, r"No column 'los' .*Did you mean 'loss'.*Found: .*val_loss"),
        ({"train/loss": "date"}, r"'date' cannot be used: text"),
        ({"nonsense": "loss"}, "no role"),
        ({"nonsense/loss": "loss"}, "no role"),
        ({"train/loss": "loss", "val/loss": "loss"}, "two roles"),
        ({"val/loss": "loss", "valid/loss": "val_loss"}, "two columns"),
    ],
)
def test_wrong_mappings_say_what_is_there(mapping: dict[str, str], says: str) -> None:
    logged = log("loss val_loss")
    logged = Logged("run", "run.csv", "csv", "epoch", logged.series, (Ignored("date", "text"),))
    with pytest.raises(UsageError, match=says) as caught:
        assign(logged, mapping)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("f1", "f1"),
        ("val_f1", "f1"),
        ("VAL_F1", "f1"),
        ("acc", "accuracy"),
        ("foo", "foo"),
        ("val_kl", "kl"),
        ("val_foo", "foo"),
    ],
)
def test_metric_is_chosen_by_quantity_or_logged_name(metric: str, expected: str) -> None:
    run = assign(log("train_loss val_loss val_acc val_f1 train_foo val_foo val_kl"), metric=metric)
    assert run.metric == expected
    assert run.roles[f"val/{expected}"].higher_is_better is not None


def test_an_unrecognised_column_can_be_the_metric() -> None:
    noise = np.tile([1.0, 2.0, 3.0], 5)
    run = assign(log({"loss": np.linspace(2, 1, 15), "zz": noise}), metric="zz")
    assert run.metric == "zz"
    assert run.roles["train/zz"].higher_is_better is True
    assert any("direction of zz" in note for note in run.notes)


@pytest.mark.parametrize(
    ("metric", "says"), [("accurcy", "Did you mean 'accuracy'"), ("val_loss", "read as val/loss")]
)
def test_a_metric_that_is_none_says_what_is_there(metric: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        assign(log("loss val_loss val_accuracy"), metric=metric)


# What must hold for any log

NAMES = st.one_of(
    st.sampled_from(
        sorted({n for headers, _, _ in KNOWN.values() for n in headers.replace("|", " ").split()})
    ),
    st.sampled_from(sorted(NOT_CURVES)),
    st.sampled_from(
        ["Value", "", " ", "1.5", "train", "G_loss", "D_loss", "loss", "loss_2", "val_loss", "test"]
    ),
    st.text(max_size=12),
)
VALUES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, -3.0, np.nan, np.inf, -np.inf]), max_size=8)
COLUMNS = st.lists(st.tuples(NAMES, VALUES), max_size=9)


def logged_of(columns: list[tuple[str, list[float]]]) -> Logged:
    series = tuple(Series(n, np.arange(len(v), dtype=float), np.array(v, float)) for n, v in columns)
    return Logged("run", "run.csv", "csv", "epoch", series)


def assert_nothing_lost(logged: Logged, run: Run) -> None:
    kept = [s for c in run.curves for s in (c.sources or (c.name,))]
    found = [clean(name) for name in kept] + [i.name for i in run.ignored]  # these escape what cannot be seen
    assert sorted(found) == sorted(clean(s.name) for s in logged.series)
    assert len(run.roles) == len(run.curves)
    if run.metric:
        assert any(f"{split}/{run.metric}" in run.roles for split in ("train", "val", "test"))


def outcome(run: Run) -> tuple[object, ...]:
    named = [(c.role, c.name, c.sources, c.higher_is_better, c.values.tobytes()) for c in run.curves]
    return (named, run.metric, run.ignored, run.notes)


@given(COLUMNS)
@settings(max_examples=150, deadline=None)
def test_every_series_is_somewhere_exactly_once(columns: list[tuple[str, list[float]]]) -> None:
    logged = logged_of(columns)
    run = assign(logged)
    assert_nothing_lost(logged, run)
    assert all(i.reason for i in run.ignored)


@given(COLUMNS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_column_order_changes_nothing(columns: list[tuple[str, list[float]]], random: object) -> None:
    shuffled = list(columns)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outcome(assign(logged_of(shuffled))) == outcome(assign(logged_of(columns)))


@pytest.mark.parametrize("framework", KNOWN)
def test_renumbering_steps_changes_nothing(framework: str) -> None:
    logged = log(KNOWN[framework][0])
    series = tuple(Series(s.name, 1000 + 7 * s.steps, s.values) for s in logged.series)
    again = Logged("run", "run.csv", "csv", "epoch", series)
    assert outcome(assign(again)) == outcome(assign(logged))


@given(
    st.sampled_from(
        [
            "train loss",
            "val loss",
            "validation box loss",
            "test accuracy",
            "learning rate",
            "grad norm",
            "eval mean squared error",
            "val cross entropy",
            "episode reward mean",
            "dev f1",
            "train loss epoch",
            "val top1",
            "best val loss",
            "samples per second",
        ]
    ),
    st.sampled_from(["_", "-", ".", " ", ":"]),
    st.sampled_from([str.lower, str.upper, str.title]),
)
def test_case_and_separators_do_not_matter(name: str, separator: str, case: object) -> None:
    variant = case(name).replace(" ", separator)  # type: ignore[operator]
    plain, other = read_name(name), read_name(variant)
    assert (other.kind, other.split, other.quantity, other.grain) == (
        plain.kind,
        plain.split,
        plain.quantity,
        plain.grain,
    )
    camel = "".join(w.capitalize() for w in name.split())
    assert read_name(camel).quantity == plain.quantity
    assert plain.kind in (Kind.LOSS, Kind.METRIC, Kind.BARE, Kind.IGNORED)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("val/mAP50-95(M)", "val mapcoco m"),
        ("metrics/mAP_0.5:0.95", "metrics mapcoco"),
        ("AverageTestEpRet", "average test reward"),
        ("trainMSE", "train mse"),
        ("Train/Loss", "train loss"),
        ("GaussianMLPValueFunction/LossAfter", "gaussian mlp value function loss after"),
        ("lr-AdamW/pg1", "lr adam w pg1"),
        ("R2", "r2"),
        ("lossVal", "loss val"),
    ],
)
def test_words(name: str, expected: str) -> None:
    assert " ".join(words(name)) == expected


def test_naming_is_quick() -> None:
    import time

    logged = log(" ".join(f"val/IoU-class{i}" for i in range(200)) + " loss:1000 val_loss")
    start = time.perf_counter()
    run = assign(logged)
    assert time.perf_counter() - start < 1.0
    assert len(run.curves) == 202


@pytest.mark.parametrize(
    ("headers", "metric"),
    [
        ("epoch train_loss val_loss val_recall val_precision", "precision"),  # equals: by name
        ("epoch train_loss val_loss train_recall val_recall val_precision", "recall"),  # shows both splits
        ("epoch train_loss val_loss val_acc val_f1", "accuracy"),  # by habit
        ("epoch train_loss val_loss val_acc val_f1 best_f1", "f1"),  # the training goes by it
        ("epoch train_loss val_loss train_f1 val_acc best_val_loss", "accuracy"),  # a loss is no metric
        ("epoch train_loss val_loss val_dice_10 val_dice_2", "dice_2"),  # numbers in their order
        ("epoch train_loss val_loss fast_cls_acc fast_fg_cls_acc", "fast_cls_accuracy"),
    ],
)
def test_equal_metrics_are_told_apart_by_how_they_show_the_run(headers: str, metric: str) -> None:
    assert assign(log(headers)).metric == metric


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ("epoch train_loss val_loss", ""),
        ("epoch train_loss val_loss val_acc", "the only metric"),
        ("epoch train_loss val_loss train_precision val_acc", "the only one measured on validation"),
        ("epoch train_loss val_loss val_acc val_f1 best_f1", "keeps its best"),
        ("epoch train_loss val_loss val_acc val_dice", "made for a task"),
        ("epoch train_loss val_loss val_acc val_f1", "then accuracy and its like"),
        ("epoch train_loss val_loss val_mae val_rmse", "by habit"),
        ("step loss episode_reward success_rate", "reinforcement"),
    ],
)
def test_why_a_metric_is_the_main_one(headers: str, says: str) -> None:
    said = why(assign(log(headers)))
    assert says in said
    assert bool(said) == bool(says)
