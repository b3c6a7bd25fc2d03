"""One headless Chromium for all tests, and pages that may neither complain nor ask for anything outside."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from curvedoc.reports import html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from curvedoc.diagnosis import Batch
    from curvedoc.gated import GateResult

    Opens = Callable[..., Page]

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def _missing(what: str) -> None:
    """Without a browser there is nothing to test; in CI that would go unseen for good."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is needed in CI; .ci/run installs it")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        _missing("Chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright")
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=program, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def opens(browser: Browser, tmp_path: Path) -> Iterator[Opens]:
    """Opens the report of a batch from disk; in the end nothing may have gone wrong on any page."""
    wrong: list[str] = []
    contexts = []

    def opened(batch: Batch, gate: GateResult | None = None, at: str = "", **look: Any) -> Page:
        path = tmp_path / f"report-{len(contexts)}.html"
        path.write_text(html.render(batch, gate=gate), encoding="ascii")
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **look})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: wrong.append(request.url) if _outside(request.url) else None)
        page.goto(path.as_uri() + at)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def _outside(address: str) -> bool:
    return not address.startswith(("file:", "data:"))
