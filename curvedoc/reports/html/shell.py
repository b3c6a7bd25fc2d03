"""The page itself: styles, scripts and data in one file, and a policy that lets nothing else in."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from curvedoc import __version__
from curvedoc.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLES = ("vendor/uPlot.min.css", "assets/page.css", "assets/print.css")
LIBRARY = "vendor/uPlot.iife.min.js"
# In the order in which they build upon each other.
SCRIPTS = (
    "assets/elements.js",
    "assets/numbers.js",
    "assets/theme.js",
    "assets/data.js",
    "assets/paint.js",
    "assets/plot.js",
    "assets/board.js",
    "assets/run.js",
    "assets/overlay.js",
    "assets/overview.js",
    "assets/main.js",
)
# What would end a script element early, start a comment in it, or be no line end in JSON but one in scripts.
# ASCII alone: the page means the same in whatever encoding it is stored, and the hashes stay true.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def page(title: str, data: Sequence[tuple[str, Any]]) -> str:
    """The document; ``data`` are the parts that its scripts read, by the id of their element."""
    style = "\n".join(asset(name) for name in STYLES)
    library = asset(LIBRARY)
    parts = "\n".join(asset(name) for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{parts}}})();\n'
    values = {
        "policy": _policy([style], [library, script]),
        "version": escape(__version__),
        "title": _ascii(escape(clean(title))),
        "style": style,
        "data": "\n".join(_block(name, part) for name, part in data),
        "library": library,
        "script": script,
    }
    # In one go: what is put in may hold braces of its own.
    return re.sub(r"\{\{(\w+)\}\}", lambda slot: values[slot[1]], asset("assets/shell.html"))


def asset(name: str) -> str:
    """A file of this package as text, with the line ends that browsers hash."""
    return files(__package__).joinpath(name).read_text("ascii").replace("\r\n", "\n")


def _block(name: str, part: Any) -> str:
    """Data that a browser does not run and that cannot leave its element."""
    text = json.dumps(part, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)
    return f'<script type="application/json" id="{name}">{text}</script>'


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """The page's own styles and scripts by their hashes, no address at all."""
    style, script = (" ".join(f"'sha256-{_hash(text)}'" for text in texts) for texts in (styles, scripts))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _ascii(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode()
