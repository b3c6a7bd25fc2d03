"""Logs behind addresses (s3://, gs://, hf://, https:// ...) through fsspec; asked when a user names one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from .errors import CurvedocError, UnreadableError
from .stored import Stored, guarded, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LISTED = 20_000
"""A search of a remote directory ends with an error here: listing costs time, and a bucket may be endless."""

CONNECT_SECONDS, SILENCE_SECONDS = 20, 60
"""How long a server may take to answer, and between two pieces of its answer."""

S3_TRIES = 3
"""How often a request to S3 is made that gets no answer."""

_WEB = ("http", "https")
_LITERAL = ("s3", "s3a", "gs", "gcs", "hf", "memory", "file", "local")
"""Where ``?`` and ``#`` are letters of a name, and no query follows that may hold a secret."""

_DRIVERS = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "hf": "huggingface_hub", "http": "aiohttp",
    "https": "aiohttp", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs", "adl": "adlfs", "oci": "ocifs",
    "sftp": "paramiko", "ssh": "paramiko", "smb": "smbprotocol", "dbfs": "requests",
    "gdrive": "gdrive-fsspec", "webdav": "webdav4", "oss": "ossfs", "hdfs": "pyarrow", "github": "requests",
}  # fmt: skip
_ACCESS = {
    "s3": "Give credentials that may read it (AWS_PROFILE, AWS_ACCESS_KEY_ID ...; for a public bucket: "
    "FSSPEC_S3_ANON=true).",
    "gs": "Log in with `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS.",
    "hf": "Log in with `hf auth login`, or set HF_TOKEN, to an account that may read it.",
}


@dataclass(frozen=True)
class Found:
    """What lies behind an address: its files; ``root`` is None for a single file."""

    files: tuple[Stored, ...]
    root: Stored | None
    address: str


@dataclass(frozen=True)
class _File:
    """A remote file; each opening asks anew, so that it may be read in any process."""

    url: str
    size: int

    @property
    def address(self) -> str:
        """The address without what may be secret."""
        return shown(self.url)

    def open(self) -> IO[bytes]:
        """Its bytes, fetched as they are read."""
        return guarded(self._open, lambda error: explained(error, self.url))

    def _open(self) -> Any:
        system, inner = _system(self.url)
        return system.open(inner, "rb")


def shown(url: str) -> str:
    """An address without password and query: a signature or token in it must not end in a report."""
    parts = urlsplit(url)
    if parts.scheme in _LITERAL:
        return url
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def find(url: str) -> list[Found]:
    """What an address names: a file, a directory or (with ``*``) all that match.

    A web page is taken as a directory only when its address ends in ``/``. Raises :class:`UnreadableError`
    with a fix: not found, no access, no driver, no answer.
    """
    try:
        return _find(url)
    except CurvedocError:
        raise
    except Exception as error:
        raise explained(error, url) from error


def _find(url: str) -> list[Found]:
    system, inner = _system(url)
    web = urlsplit(url).scheme in _WEB
    if any(c in inner for c in ("*[" if web else "*?[")):
        matches = system.glob(inner, detail=True)
        if not matches:
            raise UnreadableError("no file matches this pattern", "Check the address.", shown(url))
        return [_one(system, name, info) for name, info in sorted(matches.items())]
    if web:
        info = {"type": "directory" if inner.endswith("/") else "file", "size": 0}
        return [_one(system, inner, info, url)]
    return [_one(system, inner, system.info(inner), url)]


def _one(system: Any, name: str, info: dict[str, Any], url: str = "") -> Found:
    url = url or str(system.unstrip_protocol(name))
    if info["type"] != "directory":
        return Found((stored(_path(name), _File(url, int(info.get("size") or 0))),), None, shown(url))
    files = tuple(
        stored(_path(at), _File(str(system.unstrip_protocol(at)), size))
        for at, size in _walk(system, name, shown(url))
    )
    root = stored(_path(name), _File(url, 0))
    return Found(tuple(sorted(files)), root, shown(url).rstrip("/"))


def _walk(system: Any, root: str, where: str) -> Iterator[tuple[str, int]]:
    """Names and sizes of the files below a directory; of what begins with a dot nothing is listed."""
    listed = 0
    for _folder, folders, files in system.walk(root, detail=True, maxdepth=12):
        for hidden in [name for name in folders if name.startswith(".")]:
            del folders[hidden]
        listed += len(files) + 1
        if listed > MAX_LISTED:
            raise UnreadableError(
                f"holds more than {MAX_LISTED} files and directories", "Name a directory further down.", where
            )
        for name, info in files.items():
            if not name.startswith("."):
                yield str(info["name"]), int(info.get("size") or 0)


def _path(name: str) -> str:
    """A name in the shape of a path: without query, quoted characters as they are meant."""
    return unquote(re.sub(r"[?#].*", "", name) if "://" in name else name)


def _system(url: str) -> tuple[Any, str]:
    """The file system of an address and the name in it."""
    from fsspec.config import conf
    from fsspec.core import url_to_fs

    scheme = urlsplit(url).scheme
    options: dict[str, Any] = {}
    if scheme in _WEB:
        import aiohttp

        limit = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        options["client_kwargs"] = {"timeout": limit}
    if scheme in ("s3", "s3a"):  # left alone, its driver tries again for seven minutes
        waits = {"connect_timeout": CONNECT_SECONDS, "read_timeout": CONNECT_SECONDS}
        own = conf.get("s3", {}).get("config_kwargs", {})
        options["config_kwargs"] = {**waits, "retries": {"max_attempts": 0}, **own}
    system, inner = url_to_fs(url, **options)
    if scheme in ("s3", "s3a"):
        system.retries = S3_TRIES
    return system, str(inner)


def explained(error: Exception, url: str) -> UnreadableError:
    """The error for what a file system raised, with what to do about it; nothing secret of the address."""
    if isinstance(error, UnreadableError):
        return error
    scheme, where = urlsplit(url).scheme, shown(url)
    while isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # fsspec takes whatever goes wrong with a web server for this
    status = _status(error)
    if isinstance(error, ImportError):
        return _no_driver(error, scheme, where)
    if isinstance(error, FileNotFoundError | NotADirectoryError) or status in (404, 410):
        return UnreadableError("there is nothing at this address (not found)", "Check the address.", where)
    denied = isinstance(error, PermissionError) or status in (401, 403)
    if denied or "Credential" in type(error).__name__ or "credentials" in str(error):
        fix = _ACCESS.get(
            scheme, "Check the address and your credentials; a signed address may have expired."
        )
        return UnreadableError("access is denied", fix, where)
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return UnreadableError("gives no answer in time", "Check the network and try again.", where)
    if status:
        return UnreadableError(f"the server answers with status {status}", "Try again later.", where)
    if isinstance(error, ValueError) and "rotocol not known" in str(error):
        known = "s3://, gs://, hf://, https://, memory://, file:// and what fsspec knows"
        return UnreadableError(f"there is no way to read {scheme}://", f"Use one of: {known}.", where)
    said = str(error).replace(url, where).splitlines()
    what = f"{type(error).__name__}: {said[0]}"[:200] if said else type(error).__name__
    return UnreadableError(
        f"cannot be read: {what}", "Check the address, the network and your access.", where
    )


def _status(error: Exception) -> int | None:
    """The status by which a server refused, wherever the driver keeps it."""
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):  # botocore
        answer = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return answer if isinstance(answer, int) else None
    return getattr(error, "status", None) or getattr(answer, "status_code", None)


def _no_driver(error: ImportError, scheme: str, where: str) -> UnreadableError:
    if (error.name or "").split(".")[0] in ("fsspec", "aiohttp"):
        package = "'curvedoc[remote]'"
    else:
        package = _DRIVERS.get(scheme, "")
    fix = f"Run: pip install {package}" if package else str(error)
    return UnreadableError(f"the package that reads {scheme}:// is not installed", fix, where)
