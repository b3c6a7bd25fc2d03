"""What SARIF asks of texts and places."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from curvedoc.places import NOWHERE, Base, is_address, placed
from curvedoc.wording import clean, shorten

ROOT = "%SRCROOT%"
# GitHub shows no more of a description.
MOST_CHARACTERS = 1024
Object = dict[str, Any]


def sentence(*lines: str) -> str:
    """A SARIF message: short, and without what a viewer would take for a link or a placeholder."""
    plain = shorten("\n".join(clean(line) for line in lines), MOST_CHARACTERS - 100)
    return re.sub(r"\](?=\()|\{(?=\d)", lambda found: f"{found[0]}\u200b", plain)


def artifact(path: str, base: Base) -> Object:
    """The place of a log as a URI.

    That of an address has no scheme: GitHub rejects the whole file for another scheme than the checkout's.
    """
    shown = placed(path, base)
    if is_address(shown):
        return {"uri": _encoded(shown.replace("://", "/", 1))}
    if shown.startswith("/"):
        return {"uri": "file://" + _encoded(shown)}
    return {"uri": _encoded(shown) or ".", "uriBaseId": ROOT}


def folder_uri(path: str) -> str:
    """The URI of a folder; it ends with a slash, so that others can be relative to it."""
    folder = path.replace("\\", "/").rstrip("/")
    return f"file://{'' if folder.startswith('/') or not folder else '/'}{_encoded(folder)}/"


def _encoded(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def note(level: str, said: str, what: str, path: str = "", base: Base = NOWHERE) -> Object:
    """A notification of the invocation."""
    told: Object = {"level": level, "message": {"text": sentence(said)}, "descriptor": {"id": what}}
    if path:
        told["locations"] = [{"physicalLocation": {"artifactLocation": artifact(path, base)}}]
    return told
