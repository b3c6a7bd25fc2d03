"""Tables in every shape that loggers, pandas and spreadsheets write them in."""

from __future__ import annotations

import math
import string
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curvedoc import bulk
from curvedoc.cells import Column, TextColumn, clean_name
from curvedoc.dialect import Dialect
from curvedoc.errors import CurvedocError, NotALogError, UnreadableError, UsageError
from curvedoc.readers import csv as reader
from curvedoc.readers import load
from curvedoc.rows import read_rows
from curvedoc.source import ReadOptions, Source

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ReadLog

    from curvedoc.run import Logged

SAME_TMP = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


def table(logged: Logged) -> dict[str, tuple[list[float], list[float]]]:
    return {s.name: (s.steps.tolist(), s.values.tolist()) for s in logged.series}


PLAIN = {"loss": ([1, 2, 3], [0.9, 0.5, 0.25]), "val_loss": ([1, 2, 3], [1.0, 0.7, 0.6])}

SPELLINGS = {
    "comma": "epoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6\n",
    "no last newline": "epoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6",
    "tab": "epoch\tloss\tval_loss\n1\t0.9\t1.0\n2\t0.5\t0.7\n3\t0.25\t0.6\n",
    "semicolon": "epoch;loss;val_loss\n1;0.9;1.0\n2;0.5;0.7\n3;0.25;0.6\n",
    "pipe": "epoch|loss|val_loss\n1|0.9|1.0\n2|0.5|0.7\n3|0.25|0.6\n",
    "spaces": "epoch   loss  val_loss\n1    0.9   1.0\n2    0.5   0.7\n3    0.25  0.6\n",
    "padded": "   epoch,    loss, val_loss\n   1,   0.9,  1.0\n   2,   0.5,  0.7\n   3,  0.25,  0.6\n",
    "decimal comma": "epoch;loss;val_loss\n1;0,9;1,0\n2;0,5;0,7\n3;0,25;0,6\n",
    "decimal comma in quotes": 'epoch,loss,val_loss\n1,"0,9","1,0"\n2,"0,5","0,7"\n3,"0,25","0,6"\n',
    "quoted": '"epoch","loss","val_loss"\n"1","0.9","1.0"\n"2","0.5","0.7"\n"3","0.25","0.6"\n',
    "crlf": "epoch,loss,val_loss\r\n1,0.9,1.0\r\n2,0.5,0.7\r\n3,0.25,0.6\r\n",
    "cr cr lf": "epoch,loss,val_loss\r\r\n1,0.9,1.0\r\r\n2,0.5,0.7\r\r\n3,0.25,0.6\r\r\n",
    "bare cr": "epoch,loss,val_loss\r1,0.9,1.0\r2,0.5,0.7\r3,0.25,0.6\r",
    "mixed ends": "epoch,loss,val_loss\r\n1,0.9,1.0\n2,0.5,0.7\r3,0.25,0.6\n",
    "byte order mark": "\ufeffepoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6\n",
    "comments": "# made by hand\nepoch,loss,val_loss\n1,0.9,1.0\n# resumed\n2,0.5,0.7\n3,0.25,0.6\n",
    "json comment": '#{"t_start": 17, "env": "x"}\nepoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6\n',
    "header in a comment": "# epoch loss val_loss\n1 0.9 1.0\n2 0.5 0.7\n3 0.25 0.6\n",
    "title above": "Training of tuesday\nepoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6\n",
    "repeated header": "epoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\nepoch,loss,val_loss\n3,0.25,0.6\n",
    "blank lines": "epoch,loss,val_loss\n\n1,0.9,1.0\n\n2,0.5,0.7\n3,0.25,0.6\n\n\n",
    "short last row": "epoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6\n900,0.1\n",
    "cut off": "epoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6\n4,0.2",
    "tensors": (
        "epoch,loss,val_loss\n1,tensor(0.9),[1.0]\n"
        "2,\"tensor(0.5, device='cuda:0')\",[0.7]\n3,tensor(0.25),[0.6]\n"
    ),
    "more cells than the header": "epoch,loss,val_loss\n1,0.9,1.0,\n2,0.5,0.7\n3,0.25,0.6\n",
    "a delimiter too many": "epoch,loss,val_loss,\n1,0.9,1.0,\n2,0.5,0.7,\n3,0.25,0.6,\n",
    "a delimiter too many below": "epoch,loss,val_loss\n1,0.9,1.0,\n2,0.5,0.7,\n3,0.25,0.6,\n",
    "spreadsheet": "sep=;\nepoch;loss;val_loss\n1;0,9;1,0\n2;0,5;0,7\n3;0,25;0,6\n",
    "header that changes": "epoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\nepoch,val_loss,loss\n3,0.6,0.25\n",
    "counters as text": "Epoch,loss,val_loss\nepoch 1/3,0.9,1.0\nepoch 2/3,0.5,0.7\nepoch 3/3,0.25,0.6\n",
    "newest first": "epoch,loss,val_loss\n3,0.25,0.6\n2,0.5,0.7\n1,0.9,1.0\n",
    "capital x": "Epoch,loss,val_loss\n1,0.9,1.0\n2,0.5,0.7\n3,0.25,0.6\n",
    "scientific": "epoch,loss,val_loss\n1,9e-1,1E0\n2,+5.0e-01,.7\n3,.25,6e-1\n",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_spellings_of_one_table_are_read_alike(read_log: ReadLog, text: str) -> None:
    (logged,) = read_log(text)
    assert table(logged) == PLAIN
    assert logged.x.lower() == "epoch"
    assert logged.name == "run"
    assert logged.reader == "csv"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(read_log: ReadLog, encoding: str) -> None:
    (logged,) = read_log("epoch,loss,größe\n1,0.9,1\n2,0.5,2\n3,0.25,3\n".encode(encoding))
    assert [s.name for s in logged.series] == ["loss", "größe"]
    assert logged.series[0].values.tolist() == [0.9, 0.5, 0.25]


def test_gzip_is_unpacked(read_log: ReadLog) -> None:
    (logged,) = read_log(SPELLINGS["comma"], "run.csv.gz")
    assert table(logged) == PLAIN
    assert logged.name == "run"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SPELLINGS["repeated header"], "header is repeated 1 times"),
        (SPELLINGS["short last row"], "last row is short (2 of 3 cells)"),
        (SPELLINGS["decimal comma"], "Decimal commas"),
        (SPELLINGS["title above"], "1 lines before the table"),
        ("epoch,loss\n1,0.9,7\n2,0.5\n3,0.25\n4,0.2\n", "1 rows have more cells"),
        ("epoch,loss\n1,0.5\n2,oops\n3,0.25\n", "no numbers were left out: 'loss' (1)"),
    ],
)
def test_what_was_odd_is_said(read_log: ReadLog, text: str, said: str) -> None:
    (logged,) = read_log(text)
    assert any(said in note for note in logged.notes), logged.notes


def test_a_clean_table_says_nothing(read_log: ReadLog) -> None:
    (logged,) = read_log(SPELLINGS["comma"])
    assert logged.notes == ()
    assert logged.ignored == ()


@pytest.mark.parametrize("blank", ["", "NA", "N/A", "null", "None", "-", "   "])
def test_blank_cells_are_no_points(read_log: ReadLog, blank: str) -> None:
    (logged,) = read_log(
        f"step,train_loss,val_loss\n0,1.5,{blank}\n1,1.25,{blank}\n2,{blank},1.0\n3,1.0,0.5\n"
    )
    assert table(logged) == {"train_loss": ([0, 1, 3], [1.5, 1.25, 1.0]), "val_loss": ([2, 3], [1.0, 0.5])}
    assert logged.notes == ()


@pytest.mark.parametrize(
    ("cell", "value"),
    [("nan", math.nan), ("NaN", math.nan), ("inf", math.inf), ("Infinity", math.inf), ("-inf", -math.inf)],
)
def test_logged_nan_and_infinity_are_values(read_log: ReadLog, cell: str, value: float) -> None:
    (logged,) = read_log(f"epoch,loss\n0,1.5\n1,{cell}\n2,{cell}\n")
    assert np.array_equal(logged.series[0].values, [1.5, value, value], equal_nan=True)
    assert logged.series[0].steps.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["True", "False", "True"], "true/false"),
        (["2024-01-01", "2024-01-02", "2024-01-03"], "dates or times"),
        (["12:11:32", "12:11:35", "12:11:39"], "dates or times"),
        (["a81f_3", "b7c1", "c0de"], "text"),
        (['"[1, 2]"', '"[1, 3]"', '"[2, 2]"'], "lists"),
        (["", "", ""], "empty"),
    ],
)
def test_columns_without_numbers_are_ignored_with_a_reason(
    read_log: ReadLog, cells: list[str], reason: str
) -> None:
    rows = "".join(f"{i},{0.5 / (i + 1)},{cell}\n" for i, cell in enumerate(cells))
    (logged,) = read_log(f"epoch,loss,other\n{rows}")
    assert [s.name for s in logged.series] == ["loss"]
    assert [(i.name, i.reason) for i in logged.ignored] == [("other", reason)]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["93.5%", "94%", "95.25 %"], [93.5, 94.0, 95.25]),
        (['"1,234.5"', '"2,345,678"', "17"], [1234.5, 2345678.0, 17.0]),
        (["[0.25]", "(0.5,)", "np.float64(0.75)"], None),
        (["[0.25]", "[0.5]", "np.float64(0.75)"], [0.25, 0.5, 0.75]),
    ],
)
def test_dressed_numbers(read_log: ReadLog, cells: list[str], values: list[float] | None) -> None:
    rows = "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
    if values is None:
        return
    (logged,) = read_log(f"epoch,metric\n{rows}")
    assert logged.series[0].values.tolist() == values


def test_european_thousands(read_log: ReadLog) -> None:
    (logged,) = read_log("epoch;loss;n\n1;1.234,5;0,5\n2;0,25;1,5\n3;12,5;2,5\n")
    assert logged.series[0].values.tolist() == [1234.5, 0.25, 12.5]


def test_a_header_that_changes_with_an_appended_run(read_log: ReadLog) -> None:
    first, second = read_log(
        "epoch,loss,acc\n0,3,0.1\n1,2,0.2\n2,1,0.3\nepoch,loss,val_loss,acc\n0,9,8,0.5\n1,7,6,0.6\n2,5,4,0.7\n"
    )
    assert table(first) == {"loss": ([0, 1, 2], [3, 2, 1]), "acc": ([0, 1, 2], [0.1, 0.2, 0.3])}
    assert table(second)["val_loss"] == ([0, 1, 2], [8, 6, 4])
    assert table(second)["acc"] == ([0, 1, 2], [0.5, 0.6, 0.7])
    assert any("header changes 1 times" in n for n in first.notes)


def test_duplicate_and_blank_names(read_log: ReadLog) -> None:
    (logged,) = read_log("epoch,loss,loss,,\n1,3,4,5,x\n2,2,3,4,y\n3,1,2,3,z\n")
    assert [s.name for s in logged.series] == ["loss", "loss (2)", "col4"]


@pytest.mark.parametrize("first", ["", "Unnamed: 0", "index"])
def test_an_unnamed_index_counts_the_rows(read_log: ReadLog, first: str) -> None:
    (logged,) = read_log(f"{first},loss,acc\n0,3,0.1\n1,2,0.2\n2,1,0.4\n")
    assert logged.x == "row"
    assert table(logged) == {"loss": ([0, 1, 2], [3, 2, 1]), "acc": ([0, 1, 2], [0.1, 0.2, 0.4])}


def test_a_header_without_the_index(read_log: ReadLog) -> None:
    (logged,) = read_log("loss,acc\n0,3,0.1\n1,2,0.2\n2,1,0.4\n")
    assert table(logged)["acc"] == ([0, 1, 2], [0.1, 0.2, 0.4])


def test_an_index_beside_a_counter_is_put_aside(read_log: ReadLog) -> None:
    (logged,) = read_log("Unnamed: 0.1,Unnamed: 0,epoch,loss\n0,0,5,3\n1,1,10,2\n2,2,15,1\n")
    assert table(logged) == {"loss": ([5, 10, 15], [3, 2, 1])}
    assert {i.reason for i in logged.ignored} == {"row index"}


HEADERLESS = [
    ("1,0.69,0.55\n2,0.66,0.59\n3,0.64,0.61\n", "epochdata.csv", "row", {"col2": [0.69, 0.66, 0.64]}),
    (
        "500, 0.03, 0.005\n1000, 0.02, 0.005\n1500, 0.01, 0.005\n",
        "learning_stats.csv",
        "iteration",
        {"loss": [0.03, 0.02, 0.01]},
    ),
    ("1.49\n1.38\n1.37\n", "dis_loss.csv", "row", {"dis_loss": [1.49, 1.38, 1.37]}),
    ("loss\n1.49\n1.38\n1.37\n", "x.csv", "row", {"loss": [1.49, 1.38, 1.37]}),
    ("0,1.4\n1,1.3\n2,1.2\n", "val_loss.csv", "row", {"val_loss": [1.4, 1.3, 1.2]}),
    (
        "1628697792090 3.5 0\n1628697795789 2.5 1\n1628697799319 1.5 2\n",
        "l2.valid",
        "step",
        {"l2.valid": [3.5, 2.5, 1.5]},
    ),
    (
        "Wall time,Step,Value\n15596.2,0,3.5\n15597.1,5,2.5\n15598.9,9,1.5\n",
        "run-a-tag-val_loss.csv",
        "Step",
        {"val_loss": [3.5, 2.5, 1.5]},
    ),
]


@pytest.mark.parametrize(("text", "name", "x", "series"), HEADERLESS, ids=[h[1] for h in HEADERLESS])
def test_names_that_only_the_file_knows(
    read_log: ReadLog, text: str, name: str, x: str, series: dict[str, list[float]]
) -> None:
    (logged,) = read_log(text, name)
    assert logged.x == x
    found = {s.name: s.values.tolist() for s in logged.series}
    assert series.items() <= found.items()


REFUSED = [
    ("Metric,Value\nn_features,15\nlearning_rate,0.001\nr2,0.94\nrmse,12\n", "metric and value"),
    ("name,state,created,val_loss\na,finished,2024-01-01,0.5\nb,crashed,2024-01-02,0.6\n", "one row per run"),
    ("model,params,accuracy\nresnet,11,0.9\nvgg,130,0.8\nvit,80,0.95\n", "one row per run or item"),
    ("Iteration,Progress\n1,0.001\n2,0.002\n3,0.003\n", "only counters, times or progress"),
    ("1,2,3\n4\n5,6\n7,8,9,1\n2,2\n3\n", "is in no format that is read"),
    ("name,colour\na,red\nb,blue\n", "is in no format that is read"),
    (
        "epoch 1: loss=0.5, val_loss=0.6\nepoch 2: loss=0.4, val_loss=0.5\nepoch 3: loss=0.3, acc=1\n",
        "plain text",
    ),
    (
        "I0124 14:08:16 caffe.cpp:184] Using GPUs 0\nI0124 14:08:16 Iteration 20, loss = 3\n" * 20,
        "plain text",
    ),
    ("", "empty"),
    ("   \n\n", "empty"),
    ("\x00\x01\x02\x03\x04" * 100, "binary"),
]


@pytest.mark.parametrize(("text", "problem"), REFUSED, ids=[p for _, p in REFUSED])
def test_what_is_no_log_is_refused_with_its_reason(read_log: ReadLog, text: str, problem: str) -> None:
    with pytest.raises(NotALogError) as caught:
        read_log(text)
    assert problem in caught.value.problem
    assert caught.value.fix


def test_one_row_is_one_point(read_log: ReadLog) -> None:
    (logged,) = read_log("epoch,train/loss,val/loss\n1,1.5,2.5\n")
    assert table(logged) == {"train/loss": ([1], [1.5]), "val/loss": ([1], [2.5])}


def test_a_header_alone_is_a_run_that_logged_nothing(read_log: ReadLog) -> None:
    with pytest.raises(UnreadableError, match="a header and no row"):
        read_log("epoch,train/loss,val/loss\n", reader="csv")


def test_terminal_escapes_in_names_are_taken_out(read_log: ReadLog) -> None:
    (logged,) = read_log("epoch,\x1b[31mloss\x1b[0m,a\x07b\x1b]0;title\x07c\n1,2,3\n2,1,2\n3,1,1\n")
    assert [s.name for s in logged.series] == ["loss", "a bc"]


def test_x_can_be_chosen(read_log: ReadLog) -> None:
    text = "epoch,step,loss\n1,10,3\n2,20,2\n3,30,1\n"
    assert [log.x for log in read_log(text)] == ["step"]
    (logged,) = read_log(text, x="epoch")
    assert logged.x == "epoch"
    assert table(logged)["loss"][0] == [1, 2, 3]
    (logged,) = read_log(text, x="row")
    assert (logged.x, table(logged)["loss"][0]) == ("row", [1, 2, 3])


def test_an_x_that_is_not_there_offers_the_nearest(read_log: ReadLog) -> None:
    with pytest.raises(UsageError, match="Did you mean 'epoch'"):
        read_log("epoch,loss\n1,3\n2,2\n", x="epcoh")


def test_charts_of_several_runs_are_told_apart(read_log: ReadLog) -> None:
    text = (
        '"Step","a - train/loss","a - train/loss__MIN","a - train/loss__MAX","b - train/loss",'
        '"b - train/loss__MIN"\n'
        '"0","3","3","3","4","4"\n"1","2","2","2","",""\n"2","1","1","1","3","3"\n'
    )
    first, second = read_log(text, "chart.csv")
    assert (first.name, table(first)) == ("chart/a", {"train/loss": ([0, 1, 2], [3, 2, 1])})
    assert (second.name, table(second)) == ("chart/b", {"train/loss": ([0, 2], [4, 3])})
    assert {i.name for i in first.ignored} == {"a - train/loss__MIN", "a - train/loss__MAX"}


def test_a_long_table_is_spread(read_log: ReadLog) -> None:
    (logged,) = read_log("step,metric,value\n0,loss,3\n0,acc,0.1\n1,loss,2\n1,acc,0.2\n2,loss,1\n2,acc,0.4\n")
    assert table(logged) == {"loss": ([0, 1, 2], [3, 2, 1]), "acc": ([0, 1, 2], [0.1, 0.2, 0.4])}


def test_a_column_that_names_the_split(read_log: ReadLog) -> None:
    (logged,) = read_log("phase,epoch,loss\ntrain,1,3\nval,1,4\ntrain,2,2\nval,2,3\n")
    assert table(logged) == {"train/loss": ([1, 2], [3, 2]), "val/loss": ([1, 2], [4, 3])}


floats = st.floats(allow_nan=True, allow_infinity=True)
cells = st.one_of(st.none(), floats)


@given(
    rows=st.lists(st.tuples(floats, cells, cells), min_size=2, max_size=30),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@SAME_TMP
def test_what_is_read_is_what_was_written(
    read_log: ReadLog, rows: list[tuple[float, float | None, float | None]], delimiter: str, end: str
) -> None:
    lines = [delimiter.join(["epoch", "a_loss", "b_loss", "c_loss"])]
    lines += [
        delimiter.join([str(i), *("" if v is None else repr(v) for v in row)]) for i, row in enumerate(rows)
    ]
    (logged,) = read_log(end.join(lines) + end, reader="csv")
    found = {s.name: s for s in logged.series}
    for place, name in enumerate(["a_loss", "b_loss", "c_loss"]):
        points = [(i, row[place]) for i, row in enumerate(rows) if row[place] is not None]
        if not points:
            assert name not in found
            continue
        assert found[name].steps.tolist() == [i for i, _ in points]
        assert found[name].values.tobytes() == np.array([v for _, v in points], dtype=float).tobytes() or (
            np.array_equal(found[name].values, [v for _, v in points], equal_nan=True)
        )


@given(rows=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=3, max_size=20))
@SAME_TMP
def test_decimal_commas_change_no_value(read_log: ReadLog, rows: list[tuple[float, float]]) -> None:
    rows = [(a + 0.123, b) for a, b in rows]
    text = "epoch;loss;acc\n" + "".join(f"{i};{a:.7f};{b:.7f}\n" for i, (a, b) in enumerate(rows))
    (point,), (comma,) = read_log(text), read_log(text.replace(".", ","))
    assert table(point) == table(comma)


@given(
    data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)),
    name=st.sampled_from(["a.csv", "a.json", "a.jsonl", "a"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
def test_rubbish_never_crashes(read_log: ReadLog, data: bytes, name: str) -> None:
    try:
        read_log(data, name)
    except CurvedocError as error:
        assert error.problem  # noqa: PT017


@given(text=st.text(alphabet="0123456789.,;\t -+enaif\n\r\"'#[]{}:loss", max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
def test_tables_of_rubbish_never_crash(read_log: ReadLog, text: str) -> None:
    for how in ("csv", "json", "jsonl"):
        try:
            found = read_log(text, reader=how)
        except CurvedocError:
            continue
        for logged in found:
            for series in logged.series:
                assert len(series.steps) == len(series.values) > 0
                assert np.isfinite(series.steps).all()


@given(cut=st.integers(0, len(SPELLINGS["quoted"])))
@SAME_TMP
def test_a_table_cut_off_anywhere_gives_only_true_points(read_log: ReadLog, cut: int) -> None:
    try:
        (logged,) = read_log(SPELLINGS["quoted"].replace('"', "")[:cut])
    except CurvedocError:
        return
    for series in logged.series:
        for step, value in zip(series.steps, series.values, strict=True):
            assert logged.x != "epoch" or step in {1, 2, 3}
            whole = PLAIN.get(series.name)
            if whole and len(whole[1]) > len(series.values):
                assert str(whole[1][int(step) - 1]).startswith(str(value).rstrip("0").rstrip(".")[:3])


def big(path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Logged], list[Logged]]:
    path.write_text(text)
    source = Source(str(path), "big", (path,))
    slow = load(source, ReadOptions())
    monkeypatch.setattr(reader, "is_large", lambda source: True)
    monkeypatch.setattr(reader, "begun", lambda *a: pytest.fail("not read in bulk"))
    return slow, load(source, ReadOptions())


@pytest.mark.parametrize(
    "text",
    [
        "".join(
            f"{i},{1 / (i + 3)!r},{'' if i % 3 else repr(math.exp(-i / 7))},{i * 1e300}\n" for i in range(200)
        ),
        "".join(f"{i},{0.1 * i!r},{-i / 7!r},{'inf' if i == 5 else '1e-320'}\n" for i in range(100)),
    ],
)
def test_in_bulk_the_numbers_are_the_same(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (slow,), (fast,) = big(tmp_path / "big.csv", "step,loss,val_loss,other\n" + text, monkeypatch)
    assert [s.name for s in fast.series] == [s.name for s in slow.series]
    for a, b in zip(slow.series, fast.series, strict=True):
        assert a.values.tobytes() == b.values.tobytes()
        assert a.steps.tobytes() == b.steps.tobytes()


@pytest.mark.parametrize("line", ["# note", "7,1,1,1,1", "step,loss,val_loss,other", "7,ä,1,1", '7,"1,1,1'])
def test_in_bulk_nothing_odd_is_passed_over(line: str) -> None:
    lines = ["step,loss,val_loss,other", *(f"{i},1,2,3" for i in range(5)), line, "9,1,2,3", ""]
    assert _in_bulk("\n".join(lines[:6] + lines[7:])) is not None
    assert _in_bulk("\n".join(lines)) is None


def _in_bulk(text: str) -> list[tuple[str, list[int], list[float]]] | None:
    """Names, rows and values of the columns, as they come in blocks of two lines."""
    lines = text.splitlines(keepends=True)
    dialect = reader.detect([line.rstrip("\r\n") for line in lines[:5]])
    assert dialect is not None
    pairs = ("".join(lines[i : i + 2]).encode() for i in range(0, len(lines), 2))
    found = bulk.read_bulk(pairs, dialect, lines[0].rstrip().replace('"', "").split(dialect.delimiter))
    return found and [
        (c.name, c.rows.tolist(), c.values.tolist() if isinstance(c, Column) else [*c.cells])
        for c in found[0]
    ]


CELL = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.from_regex(r"-?[0-9]{0,22}\.?[0-9]{0,22}(e[+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(
        ["", " ", "nan", "-inf", "NA", "-", "text", "93.5%", "tensor(0.5)", "1_0", "0x1", "+1", "1e5"]
    ),
)


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=3, max_size=40), st.sampled_from(["\n", "\r\n"])
)
@settings(max_examples=200, deadline=None)
def test_in_bulk_a_table_reads_as_it_does_line_by_line(rows: list[list[str]], end: str) -> None:
    """Every kind of cell, in any mixture: the same columns, rows, values and texts."""
    lines = ["step,loss,a,b", *(f"{i},{','.join(row)}" for i, row in enumerate(rows))]
    dialect = Dialect(",", ".", 4, 0, True, 1.0)
    slow, _, _ = read_rows(lines, dialect, [])
    text = end.join(lines).encode() + end.encode()
    fast = bulk.read_bulk([text], dialect, lines[0].split(","))
    assert fast is not None
    assert fast[1] == len(rows)
    for a, b in zip(slow, fast[0], strict=True):
        assert (a.name, type(a), a.rows.tolist()) == (b.name, type(b), b.rows.tolist())
        if isinstance(a, Column) and isinstance(b, Column):
            assert a.values.tobytes() == b.values.tobytes()
            assert a.texts == b.texts
        elif isinstance(a, TextColumn) and isinstance(b, TextColumn):
            assert a == b or (a.cells, a.reason) == (b.cells, b.reason)


def test_in_bulk_quotes_are_taken_off_and_a_row_cut_off_is_left_out() -> None:
    plain = "step,loss\n" + "".join(f"{i},{1 / (i + 1)!r}\n" for i in range(9))
    quoted = "".join(",".join(f'"{c}"' for c in line.split(",")) + "\n" for line in plain.splitlines())
    assert _in_bulk(quoted) == _in_bulk(plain) is not None
    assert _in_bulk(plain + "9") == _in_bulk(plain)
    assert _in_bulk(plain + "9,0.5") != _in_bulk(plain)


@pytest.mark.parametrize(
    "text", ["1," * 30_000 + "1\n", ("0.5," * 30_000 + "1\n") * 4, "1 " * 300_000 + "\n"]
)
def test_a_matrix_is_no_log(read_log: ReadLog, text: str) -> None:
    with pytest.raises(NotALogError, match="columns"):
        read_log(text)


@given(st.text(alphabet=string.printable, max_size=40))
def test_names_are_always_printable(name: str) -> None:
    assert clean_name(name).isprintable()


def test_equal_names_stay_apart_when_the_header_changes(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text("epoch,loss,loss\n" + "1,3,4\n2,2,3\n3,1,2\n" + "epoch,loss,acc\n" + "4,1,0.5\n5,1,0.6\n")
    (run,) = load(Source(str(path), "run", (path,)), ReadOptions())
    found = {s.name: s.values.tolist() for s in run.series}
    assert found == {"loss": [3, 2, 1, 1, 1], "loss (2)": [4, 3, 2], "acc": [0.5, 0.6]}
