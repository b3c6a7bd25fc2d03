"""S3, Google Cloud Storage and the Hugging Face Hub through their drivers, against servers on this machine.

Skipped where the drivers are not installed: pip install 'moto[server]' s3fs gcsfs huggingface_hub
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import zipfile
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from event_writer import VERSION, event, record, simple
from read_everything import everything
from serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore")  # those of the drivers

LOG = b"epoch,loss,val_loss\n1,3,4\n2,2,3\n3,1,2\n"
LONG = b"epoch,loss\n" + b"".join(b"%d,%.17g\n" % (i, 1 / (i + 1)) for i in range(9000))


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        written.writestr("a/run.csv", LOG)
    return made.getvalue()


EVENTS = b"".join(map(record, (VERSION, *(event(i, simple("loss", 3 - i)) for i in range(3)))))
FILES = {
    "run.csv": LOG,
    "long.csv.gz": gzip.compress(LONG),
    "logs.zip": archive(),
    "runs/a/metrics.csv": LOG,
    "runs/b/metrics.csv": LOG,
    "runs/b/config.json": b'{"lr": 0.1}',
    "runs/c/events.out.tfevents.1.h": EVENTS,
}


class Stub(BaseHTTPRequestHandler):
    """As much of the two interfaces as reading needs: storage.googleapis.com and huggingface.co."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        for begin, answer in (
            ("/storage/v1/b/logs/o", self.objects),
            ("/download/storage/v1/b/logs/o", self.objects),
            ("/datasets/me/logs/resolve/main/", self.resolved),
            ("/api/datasets/me/logs", self.hub),
        ):
            if parts.path.startswith(begin):
                answer(unquote(parts.path[len(begin) :]), asked, body)
                return
        self.told({"error": {"code": 404}}, 404, "RepoNotFound")

    do_POST = do_HEAD = do_GET  # noqa: N815

    def objects(self, name: str, asked: dict[str, str], _body: bytes) -> None:
        if name:
            name = name[1:]
            if name not in FILES:
                self.told({"error": {"code": 404}}, 404)
            elif asked.get("alt") == "media":
                self.content(FILES[name])
            else:
                self.told(described(name))
            return
        begin, end = asked.get("prefix", ""), asked.get("delimiter", "")
        below = [name[len(begin) :] for name in FILES if name.startswith(begin)]
        folders = {begin + name.split(end)[0] + end for name in below if end and end in name}
        items = [described(begin + name) for name in below if not end or end not in name]
        self.told({"kind": "storage#objects", "items": items, "prefixes": sorted(folders)})

    def resolved(self, name: str, _asked: dict[str, str], _body: bytes) -> None:
        if name in FILES:
            self.content(FILES[name])
        else:
            self.told({"error": "Entry not found"}, 404, "EntryNotFound")

    def hub(self, rest: str, asked: dict[str, str], body: bytes) -> None:
        if rest.startswith("/paths-info"):
            form = self.headers.get("Content-Type", "")
            paths = json.loads(body)["paths"] if "json" in form else parse_qs(body.decode())["paths"]
            self.told([entry for path in paths for entry in entries(path)])
        elif rest.startswith("/tree/"):
            folder = "/".join(rest.split("/")[3:])
            begin = f"{folder}/" if folder else ""
            below = [name[len(begin) :].split("/") for name in FILES if name.startswith(begin)]
            deep = asked.get("recursive") == "true"
            found = {begin + "/".join(p[:n]) for p in below for n in range(1, len(p) + 1) if deep or n == 1}
            self.told([entry for path in sorted(found) for entry in entries(path)])
        else:
            self.told({"id": "me/logs", "sha": "c" * 40, "private": False, "siblings": []})

    def content(self, data: bytes) -> None:
        status, extra = 200, {"ETag": hashlib.sha1(data).hexdigest(), "X-Repo-Commit": "c" * 40}
        if asked := self.headers.get("Range"):
            first, last = asked.removeprefix("bytes=").split("-")
            end = min(int(last or len(data)) + 1, len(data))
            extra["Content-Range"] = f"bytes {first}-{end - 1}/{len(data)}"
            status, data = 206, data[int(first) : end]
        self.answer(status, data, extra)

    def told(self, what: Any, status: int = 200, code: str = "") -> None:
        extra = {"Content-Type": "application/json"} | ({"X-Error-Code": code} if code else {})
        self.answer(status, json.dumps(what).encode(), extra)

    def answer(self, status: int, data: bytes, extra: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**extra, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Nothing."""


def described(name: str) -> dict[str, str]:
    """An object, as Google tells it."""
    day = "2026-01-01T00:00:00.000Z"
    digest = base64.b64encode(hashlib.md5(FILES[name]).digest()).decode()
    sized = {"size": str(len(FILES[name])), "generation": "1", "contentType": "text/csv", "md5Hash": digest}
    return {"name": name, "bucket": "logs", "id": name, "updated": day, "timeCreated": day, **sized}


def entries(path: str) -> list[dict[str, Any]]:
    """A file or directory, as the Hub tells it; nothing for what is not there."""
    if path in FILES:
        return [{"type": "file", "path": path, "size": len(FILES[path]), "oid": "0" * 40}]
    there = any(name.startswith(f"{path}/") for name in FILES)
    return [{"type": "directory", "path": path, "oid": "1" * 40}] if there else []


@pytest.fixture(scope="module")
def stub() -> Iterator[str]:
    with serving(Stub) as address:
        yield address


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "ACCESS_KEY_ID": "a",
            "SECRET_ACCESS_KEY": "b",
            "DEFAULT_REGION": "us-east-1",
        }.items():
            patch.setenv(f"AWS_{name}", value)
        server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        client = boto3.client("s3")
        client.create_bucket(Bucket="logs")
        for name, data in FILES.items():
            client.put_object(Bucket="logs", Key=name, Body=data)
        yield "s3://logs"
        server.stop()


@pytest.fixture(scope="module")
def gs(stub: str) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", stub)
        # Asked for when it is imported: else it looks up the kind of a bucket, and not at the emulator.
        patch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")
        pytest.importorskip("gcsfs")
        from fsspec.config import conf

        patch.setitem(conf, "gs", {"token": "anon"})
        yield "gs://logs"


@pytest.fixture(scope="module")
def hf(stub: str) -> Iterator[str]:
    pytest.importorskip("huggingface_hub")
    from fsspec.config import conf

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(conf, "hf", {"endpoint": stub})
        yield "hf://datasets/me/logs"


@pytest.fixture(params=["s3", "gs", "hf"])
def cloud(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def test_a_log_in_a_cloud_is_read(cloud: str) -> None:
    ((run,), problems, _) = everything(f"{cloud}/run.csv")
    assert not problems
    assert (run.name, run.path) == ("run", f"{cloud}/run.csv")
    assert [s.values.tolist() for s in run.series] == [[3, 2, 1], [4, 3, 2]]
    ((run,), problems, _) = everything(f"{cloud}/long.csv.gz")
    assert not problems
    assert len(run.series[0].values) == 9000


def test_a_directory_in_a_cloud_is_searched(cloud: str) -> None:
    for path in (f"{cloud}/runs", f"{cloud}/runs/"):
        runs, problems, skipped = everything(path)
        assert not problems
        assert {r.name for r in runs} == {"a/metrics", "b/metrics", "c"}
        assert [e.path for e in skipped] == [f"{cloud}/runs/b/config.json"]


def test_a_pattern_of_a_cloud_is_followed(cloud: str) -> None:
    runs, problems, _ = everything(f"{cloud}/runs/*/metrics.csv")
    assert not problems
    assert {r.name for r in runs} == {"a/metrics", "b/metrics"}


def test_an_archive_in_a_cloud_is_read(cloud: str) -> None:
    ((run,), problems, _) = everything(f"{cloud}/logs.zip")
    assert not problems
    assert run.path == f"{cloud}/logs.zip/a/run.csv"
    ((again,), _, _) = everything(run.path)
    assert again.series[0].values.tolist() == [3, 2, 1]


def test_what_is_not_in_a_cloud_is_not_found(cloud: str) -> None:
    for path in (f"{cloud}/gone.csv", f"{cloud.replace('logs', 'none')}/run.csv"):
        runs, (error,), _ = everything(path)
        assert not runs
        assert "not found" in error.problem
        assert error.path == path
