"""Logs behind addresses: a local web server and fsspec's memory stand in for the world."""

from __future__ import annotations

import gzip
import pickle
import socket
import subprocess
import sys
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler
from typing import TYPE_CHECKING

import fsspec
import pytest
from event_writer import VERSION, event, record, simple
from read_everything import everything
from serving import serving

from curvedoc import remote
from curvedoc.errors import UnreadableError
from curvedoc.readers import discover, load
from curvedoc.source import HEAD_BYTES, ReadOptions, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from curvedoc.run import Logged

LOG = "epoch,loss,val_loss\n1,3,4\n2,2,3\n3,1,2\n"
LONG = "epoch,loss\n" + "".join(f"{i},{1 / (i + 1)!r}\n" for i in range(9000))
EVENTS = b"".join(
    map(record, (VERSION, *(event(i, simple("loss", 3 - i), wall=1.7e9 + i) for i in range(3))))
)


class Handler(SimpleHTTPRequestHandler):
    """Files of a directory, and addresses that fail in the ways that servers do."""

    def do_GET(self) -> None:
        status = self.path.strip("/").partition("?")[0]
        if status.isdigit():
            self.send_error(int(status))
        else:
            super().do_GET()

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    files: dict[str, bytes] = {
        "run.csv": LOG.encode(),
        "long.csv": LONG.encode(),
        "long.csv.gz": gzip.compress(LONG.encode()),
        "my run #1.csv": LOG.encode(),
        "runs/a/metrics.csv": LOG.encode(),
        "runs/b/metrics.csv": LOG.encode(),
        "runs/b/config.json": b'{"lr": 0.1}',
        "runs/c/train/events.out.tfevents.1.h": EVENTS,
        "runs/c/validation/events.out.tfevents.1.h": EVENTS,
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    with zipfile.ZipFile(folder / "logs.zip", "w") as archive:
        archive.writestr("a/run.csv", LOG)
        archive.writestr("b/events.out.tfevents.1.h", EVENTS)
    return folder


@pytest.fixture(scope="module")
def web(root: Path) -> Iterator[str]:
    with serving(partial(Handler, directory=str(root))) as address:
        yield address


@pytest.fixture(scope="module")
def memory(root: Path) -> Iterator[str]:
    system = fsspec.filesystem("memory")
    system.put(f"{root}/", "/served/", recursive=True)
    yield "memory://served"
    system.rm("/served", recursive=True)


@pytest.fixture(params=["web", "memory", "file"])
def place(request: pytest.FixtureRequest) -> str:
    if request.param == "file":
        return f"file://{request.getfixturevalue('root')}"
    return str(request.getfixturevalue(request.param))


def curves(run: Logged) -> list[tuple[str, list[float], list[float]]]:
    return [(s.name, s.steps.tolist(), s.values.tolist()) for s in run.series]


@pytest.mark.parametrize("name", ["run.csv", "long.csv", "long.csv.gz"])
def test_a_remote_log_reads_as_the_local_one(root: Path, place: str, name: str) -> None:
    ((local,), _, _) = everything(str(root / name))
    ((run,), problems, _) = everything(f"{place}/{name}")
    assert not problems
    assert (run.name, run.path) == (local.name, f"{place}/{name}")
    assert curves(run) == curves(local)


def test_the_size_of_a_remote_file_is_known(root: Path, memory: str) -> None:
    for place in (memory, f"file://{root}"):
        (found,) = discover([f"{place}/long.csv"])
        assert isinstance(found, Source)
        assert found.files[0].stat().st_size == len(LONG)
        assert found.files[0].is_file()


def test_a_remote_directory_is_searched(root: Path, place: str) -> None:
    locals_, _, _ = everything(str(root / "runs"))
    runs, problems, skipped = everything(f"{place}/runs/")
    assert not problems
    assert {r.name: curves(r) for r in runs} == {r.name: curves(r) for r in locals_}
    assert {r.path for r in runs} == {
        f"{place}/runs{r.path.removeprefix(str(root / 'runs'))}" for r in locals_
    }
    assert [e.path for e in skipped] == [f"{place}/runs/b/config.json"]


def test_a_remote_zip_is_many_runs(place: str) -> None:
    runs, problems, _ = everything(f"{place}/logs.zip")
    assert not problems
    assert [(r.name, r.path) for r in runs] == [
        ("logs.zip/b", f"{place}/logs.zip/b"), ("logs.zip/a/run", f"{place}/logs.zip/a/run.csv")
    ]  # fmt: skip
    assert runs[0].series[0].values.tolist() == [3, 2, 1]


def test_a_remote_pattern(place: str) -> None:
    runs, problems, _ = everything(f"{place}/runs/*/metrics.csv")
    assert not problems
    assert [r.name for r in runs] == ["a/metrics", "b/metrics"]
    _, (error,), _ = everything(f"{place}/runs/*/gone.csv")
    assert "no file matches" in error.problem


def test_a_remote_event_file(place: str) -> None:
    ((run,), problems, _) = everything(f"{place}/runs/c/train/events.out.tfevents.1.h")
    assert not problems
    assert run.series[0].values.tolist() == [3, 2, 1]
    assert not run.notes


def test_a_damaged_remote_event_file_is_named_by_its_address() -> None:
    fsspec.filesystem("memory").pipe("/bad/tb/events.out.tfevents.1.h", b"garbage garbage garbage")
    _, (error,), _ = everything("memory://bad/tb")
    assert error.path.startswith("memory://bad/tb")
    fsspec.filesystem("memory").rm("/bad", recursive=True)


def test_quoted_names(web: str) -> None:
    ((run,), _, _) = everything(f"{web}/my%20run%20%231.csv")
    assert run.name == "my run #1"


def test_what_is_not_there(place: str) -> None:
    _, (error,), _ = everything(f"{place}/gone.csv")
    assert isinstance(error, UnreadableError)
    assert error.path == f"{place}/gone.csv"
    assert "not found" in error.problem
    assert error.fix


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "denied"), (403, "denied"), (404, "not found"), (410, "not found"), (500, "500"), (503, "503")],
)
def test_what_a_server_refuses(web: str, status: int, said: str) -> None:
    _, (error,), _ = everything(f"{web}/{status}?token=secret")
    assert said in error.problem
    assert error.fix
    assert "secret" not in f"{error.problem}{error.fix}{error.path}"


def test_a_web_page_is_no_log(web: str) -> None:
    _, (error,), _ = everything(f"{web}/runs")
    assert "web page" in error.problem


def test_no_server_and_one_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        _, (error,), _ = everything(f"http://127.0.0.1:{port}/run.csv")
        assert "cannot be read" in error.problem
        assert "network" in error.fix
        deaf.listen()
        monkeypatch.setattr(remote, "SILENCE_SECONDS", 0.2)
        fsspec.filesystem("http").clear_instance_cache()
        _, (error,), _ = everything(f"http://127.0.0.1:{port}/run.csv")
        assert "no answer in time" in error.problem


def test_secrets_of_an_address_are_not_shown(web: str) -> None:
    url = f"{web.replace('//', '//me:word@')}/run.csv?signature=abc"
    ((run,), _, _) = everything(url)
    assert (run.name, run.path) == ("run", f"{web}/run.csv")


def test_names_that_look_like_a_query_are_shown_whole(memory: str) -> None:
    fsspec.filesystem("memory").pipe("/served/odd/a #1.csv", LOG.encode())
    for path in (f"{memory}/odd/a #1.csv", f"{memory}/odd"):
        ((run,), problems, _) = everything(path)
        assert not problems
        assert (run.name, run.path) == ("a #1", f"{memory}/odd/a #1.csv")


def test_a_member_of_a_remote_archive_can_be_named_as_it_is_shown(place: str) -> None:
    for run in everything(f"{place}/logs.zip")[0]:
        ((again,), problems, _) = everything(run.path)
        assert not problems
        assert curves(again) == curves(run)
    _, (error,), _ = everything(f"{place}/logs.zip/gone.csv")
    assert "not found" in error.problem


def test_a_damaged_archive_in_a_remote_directory_is_told(memory: str) -> None:
    system = fsspec.filesystem("memory")
    system.pipe("/served/mixed/run.csv", LOG.encode())
    system.pipe("/served/mixed/logs.zip", b"PK\x03\x04 no more")
    ((run,), problems, (skipped,)) = everything(f"{memory}/mixed")
    assert (run.name, problems) == ("run", [])
    assert skipped.path == f"{memory}/mixed/logs.zip"
    assert "damaged" in skipped.problem
    _, (error,), _ = everything(f"{memory}/mixed/logs.zip")
    assert "damaged" in error.problem


def test_addresses_that_differ_in_their_query_are_two(web: str) -> None:
    assert len(everything(f"{web}/run.csv?id=1", f"{web}/run.csv?id=2", f"{web}/run.csv?id=1")[0]) == 2


@pytest.mark.parametrize(
    ("url", "missing", "install"),
    [
        ("http://127.0.0.1:9/a.csv", "fsspec", "curvedoc[remote]"),
        ("http://127.0.0.1:9/a.csv", "aiohttp", "curvedoc[remote]"),
        ("s3://bucket/a.csv", "s3fs", "pip install s3fs"),
        ("gs://bucket/a.csv", "gcsfs", "pip install gcsfs"),
        ("hf://datasets/me/logs/a.csv", "huggingface_hub", "pip install huggingface_hub"),
        ("az://box/a.csv", "adlfs", "pip install adlfs"),
    ],
)
def test_a_missing_driver_is_named(
    url: str, missing: str, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    known = sys.modules["fsspec.registry"]._registry if missing != "fsspec" else {}
    monkeypatch.delitem(known, url.partition(":")[0], raising=False)
    _, (error,), _ = everything(url)
    assert "not installed" in error.problem
    assert install in error.fix


def test_an_unknown_kind_of_address() -> None:
    _, (error,), _ = everything("nosuch://bucket/a.csv")
    assert "nosuch://" in error.problem
    assert "s3://" in error.fix


class ForbiddenError(Exception):
    status = 403


class AnsweredError(Exception):
    """As botocore tells it."""

    def __init__(self, status: int) -> None:
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}


class NoCredentialsError(Exception):
    pass


@pytest.mark.parametrize(
    ("raised", "scheme", "problem", "fix"),
    [
        (PermissionError("no"), "s3", "denied", "AWS_PROFILE"),
        (NoCredentialsError("Unable to locate credentials"), "s3", "denied", "AWS_PROFILE"),
        (ForbiddenError(), "gs", "denied", "gcloud"),
        (ForbiddenError(), "hf", "denied", "HF_TOKEN"),
        (TimeoutError(), "s3", "no answer", "network"),
        (AnsweredError(404), "s3", "not found", "Check the address"),
        (AnsweredError(403), "s3", "denied", "AWS_PROFILE"),
        (AnsweredError(503), "s3", "status 503", "later"),
        (RuntimeError("odd\nand long"), "s3", "RuntimeError: odd", "network"),
    ],
)
def test_what_a_driver_raises_is_explained(raised: Exception, scheme: str, problem: str, fix: str) -> None:
    error = remote.explained(raised, f"{scheme}://bucket/a.csv")
    assert problem in error.problem
    assert fix in error.fix


def test_endless_directories_end(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_LISTED", 3)
    _, (error,), _ = everything(f"{memory}/runs")
    assert "more than 3" in error.problem


def test_remote_sources_can_be_sent_to_another_process(memory: str) -> None:
    (found,) = discover([f"{memory}/run.csv"])
    assert isinstance(found, Source)
    assert len(load(pickle.loads(pickle.dumps(found)), ReadOptions())[0].series) == 2


def test_a_small_log_is_fetched_once(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = remote._system

    def counting(url: str) -> object:
        opened.append(url)
        return real(url)

    (found,) = discover([f"{memory}/run.csv"])
    assert isinstance(found, Source)
    monkeypatch.setattr(remote, "_system", counting)
    assert len(found.head) < HEAD_BYTES
    assert found.read_bytes() == LOG.encode()
    assert len(opened) == 1


def test_local_paths_import_nothing_of_the_network(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text(LOG)
    code = "import sys; from curvedoc import diagnose; diagnose(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run.csv")], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"fsspec", "aiohttp", "gzip", "zipfile", "tarfile", "zstandard", "urllib.request"}
    assert not loaded & {f"curvedoc.{name}" for name in ("remote", "archives", "stored", "unpack")}
