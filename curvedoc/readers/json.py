"""JSON documents: Keras histories, Hugging Face trainer states, lists of records, exports of all kinds."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from curvedoc.errors import NotALogError, UnreadableError
from curvedoc.shapes import read_document
from curvedoc.source import HEAD_BYTES

if TYPE_CHECKING:
    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source

NAME = "json"
ABOUT = "JSON (.json): histories, trainer states, lists of records"

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|$)|[\[\]{},]', re.DOTALL)
_CLOSE = {"[": "]", "{": "}"}


def sniff(source: Source) -> float:
    """How sure it is, in [0, 1]: the head is the beginning of a JSON object or array."""
    text = source.head_text.lstrip()
    if not re.match(r'\{\s*["}]|\[\s*[\[{"\]\d+\-NI]|[\[{]\s*$', text):
        return 0.0
    named = source.filename.endswith(".json")
    try:
        _, end = json.JSONDecoder(parse_int=float).raw_decode(text)
    except json.JSONDecodeError as error:
        whole = len(source.head) >= HEAD_BYTES and error.pos > len(text) - 4096
        return 0.8 if whole or named else 0.3 * (error.pos > len(text) // 2)
    except RecursionError:
        return 0.5
    rest = text[end:].lstrip(" \t\r\n,")
    return 0.8 if named or not rest or rest[0] in "[{" else 0.0  # `[10] train-rmse:0.5` is a line of text


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in the document; several files (one record each) are read as one list of records."""
    parts = source.parts()
    if len(parts) == 1:
        document, notes = parse(source.text(), source.path)
    else:
        document, notes = [parse(part.text(), part.path)[0] for part in parts], []
    found = read_document(document, source.name, source.path, NAME, options)
    return [_noted(logged, notes) for logged in found]


def _noted(logged: Logged, notes: list[str]) -> Logged:
    return replace(logged, notes=(*notes, *logged.notes)) if notes else logged


def parse(text: str, path: str) -> tuple[Any, list[str]]:
    """The document in a text, and notes; what is complete in a document that is cut off is recovered.

    Raises :class:`~curvedoc.errors.UnreadableError` with the position of the damage.
    """
    try:
        return json.loads(text, parse_int=float), []
    except RecursionError:
        raise NotALogError("is nested too deeply for a log", "Name the log with the losses.", path) from None
    except json.JSONDecodeError as error:
        damage = error
    if damage.msg == "Extra data":
        several = _several(text)
        if several is not None:
            return several, []
    closed = _closed(text)
    if closed is not None:
        document, end = closed
        at, size = len(text[:end].encode()), len(text.encode())
        return document, [f"The file is cut off at byte {size}: what is complete up to byte {at} was read."]
    at = len(text[: damage.pos].encode())
    raise UnreadableError(
        f"is damaged JSON: {damage.msg} at line {damage.lineno}, column {damage.colno} (byte {at})",
        "Mend that place, or let the training write the file again.",
        path,
    )


def _several(text: str) -> list[Any] | None:
    """Documents that follow each other (records over several lines each, appended)."""
    decoder = json.JSONDecoder(parse_int=float)
    found, at = [], 0
    try:
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            found.append(value)
            at = _skip(text, at)
    except (ValueError, RecursionError):
        return found if len(found) > 1 else None
    return found


def _skip(text: str, at: int) -> int:
    space = re.compile(r"[\s,]*").match(text, at)
    return space.end() if space else at


def _closed(text: str) -> tuple[Any, int] | None:
    """A document that ends too early, cut back to its last complete element and closed; and where it was cut.

    A record that was begun is left out whole, a list of numbers keeps its complete numbers.
    """
    stack: list[str] = []
    cuts: dict[bool, tuple[int, str]] = {}
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "[{":
            stack.append(mark)
            continue
        if mark in "]}" and (not stack or _CLOSE[stack.pop()] != mark):
            return None
        if mark in "]}," and stack:
            in_record = "[" in stack and "{" in stack[stack.index("[") :]
            cuts[in_record] = (token.start() if mark == "," else token.end(), "".join(stack))
    if not stack or not cuts:
        return None
    end, opened = cuts[min(cuts)]
    try:
        return json.loads(text[:end] + "".join(_CLOSE[b] for b in reversed(opened)), parse_int=float), end
    except (ValueError, RecursionError):
        return None
