"""The page of one run, driven as a reader drives it: by mouse, by keyboard, on paper."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import sample_diagnosis as sample

from curvedoc.diagnosis import Batch
from curvedoc.reports.html.shell import asset
from curvedoc.run import Curve, Run
from curvedoc.wording import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    Opens = Callable[..., Page]

ONE = sample.one()
RUN = ONE.diagnoses[0].run


def chart(page: Page, quantity: str = "loss") -> Locator:
    return page.locator(f'figure[data-quantity="{quantity}"]')


def across(page: Page, share: float, quantity: str = "loss") -> tuple[float, float]:
    """A place on the drawing of a chart, from its left (0) to its right (1), in half height."""
    over = chart(page, quantity).locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    return box["x"] + share * (box["width"] - 1), box["y"] + box["height"] / 2


def pixel(page: Page, share: float, height: float, quantity: str = "loss") -> list[int]:
    """The colour of a place of the drawing, as it lies on the canvas."""
    return page.evaluate(
        """([quantity, share, height]) => {
            const plot = document.querySelector(`figure[data-quantity="${quantity}"] .uplot`);
            const canvas = plot.querySelector("canvas");
            const [all, over] = [canvas, plot.querySelector(".u-over")].map((e) => e.getBoundingClientRect());
            const x = (over.left - all.left + share * over.width) * devicePixelRatio;
            const y = (over.top - all.top + height * over.height) * devicePixelRatio;
            const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
            copy.drawImage(canvas, -Math.round(x), -Math.round(y));
            return [...copy.getImageData(0, 0, 1, 1).data];
        }""",
        [quantity, share, height],
    )


def picture(page: Page, quantity: str = "loss") -> str:
    return chart(page, quantity).locator("canvas").evaluate("canvas => canvas.toDataURL()")


def chips(page: Page, quantity: str = "loss") -> list[str]:
    return chart(page, quantity).locator(".chip").all_inner_texts()


def test_one_screen_tells_state_confidence_reason_and_what_to_do(opens: Opens) -> None:
    page = opens(ONE)
    assert page.title() == "overfitting: cnn_small - curvedoc"
    assert page.locator("h1").inner_text().split() == ["overfitting", "93", "%", "sure"]
    assert page.locator(".reason").inner_text() == ONE.diagnoses[0].reason
    fixes = page.locator(".fixes li").all_inner_texts()
    assert fixes[0].startswith("Stop early")
    assert "tried on 30 sick runs: 27 cured" in fixes[0]
    box = page.locator(".todo").bounding_box()
    assert box
    assert box["y"] + box["height"] < 900


def test_everything_that_is_known_stands_on_the_page(opens: Opens) -> None:
    text = opens(ONE).locator("body").inner_text()
    for words in (
        "runs/cnn_small.csv", "loss/metric mismatch", "generalization", "Validation loss is 1.084 worse",
        "exploding-gradients, vanishing-gradients", "needs grad_norm", "overruled by overfitting",
        "The last line is cut off", "lr-AdamW", "a clock", "early-plateau",
        "0.2613 > 0.1 of the initial drop",
    ):  # fmt: skip
        assert words in text


def test_the_charts_are_drawn(opens: Opens) -> None:
    page = opens(ONE)
    for quantity in ("loss", "accuracy", "gap"):
        colors = (
            chart(page, quantity)
            .locator("canvas")
            .evaluate(
                """canvas => { const { width, height } = canvas;
                const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
                return new Set(new Uint32Array(data.buffer)).size; }"""
            )
        )
        assert colors > 20, quantity


def test_hovering_reads_values_on_all_charts(opens: Opens) -> None:
    page = opens(ONE)
    assert chips(page)[0] == "train 0.00727"
    page.mouse.move(*across(page, 30 / 59))
    for quantity in ("loss", "accuracy", "gap"):
        assert chart(page, quantity).locator(".where").inner_text() == "epoch 30"
    train = RUN.get("train/loss")
    assert train
    assert chips(page)[0] == f"train {number(float(train.values[30]))}"
    page.mouse.move(5, 5)
    assert chips(page)[0] == "train 0.00727"


def test_dragging_zooms_all_charts_and_a_double_click_shows_all(opens: Opens) -> None:
    page = opens(ONE)
    shown = page.locator(".range")
    assert shown.inner_text() == "epoch 0–59"
    before = picture(page, "gap")
    page.mouse.move(*across(page, 20 / 59))
    page.mouse.down()
    page.mouse.move(*across(page, 40 / 59), steps=4)
    page.mouse.up()
    assert shown.inner_text() == "epoch 20–40"
    assert picture(page, "gap") != before
    page.mouse.dblclick(*across(page, 0.5))
    assert shown.inner_text() == "epoch 0–59"


def test_the_buttons_zoom_and_move(opens: Opens) -> None:
    page = opens(ONE)
    shown = page.locator(".range")
    page.get_by_role("button", name="Zoom in").click()
    assert re.fullmatch(r"epoch 1[45]–4[45]", shown.inner_text())
    page.get_by_role("button", name="Move right").click()
    assert shown.inner_text() in ("epoch 30–59", "epoch 29–59")
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Reset").click()
    assert shown.inner_text() == "epoch 0–59"


def test_linear_and_log(opens: Opens) -> None:
    page = opens(ONE)
    assert chart(page).get_attribute("data-scale") == "log"
    before, other = picture(page), picture(page, "accuracy")
    chart(page).get_by_role("button", name="linear").click()
    assert chart(page).get_attribute("data-scale") == "linear"
    assert chart(page).get_by_role("button", name="linear").get_attribute("aria-pressed") == "true"
    assert chart(page).get_by_role("button", name="log").get_attribute("aria-pressed") == "false"
    assert picture(page) != before
    assert picture(page, "accuracy") == other


def test_smoothing_draws_the_curve_anew_and_keeps_what_was_logged(opens: Opens) -> None:
    page = opens(ONE)
    before = picture(page)
    slider = page.get_by_role("slider", name="Smoothing")
    slider.focus()
    for _ in range(3):
        slider.press("PageUp")
    assert page.locator(".smooth output").inner_text() != "0.00"
    assert picture(page) != before
    page.mouse.move(*across(page, 0.5))
    assert re.search(r"^train 0\.\d+ ~0\.\d+$", chips(page)[0])


def test_a_chosen_finding_is_marked_on_the_curves(opens: Opens) -> None:
    page = opens(ONE)
    buttons = page.locator(".choose")
    assert buttons.nth(0).get_attribute("aria-pressed") == "true"
    assert chart(page).get_attribute("data-marked") == "epoch 14–59"
    inside, outside = pixel(page, 0.6, 0.02), pixel(page, 0.1, 0.9)
    assert inside[3] > 0
    assert outside[3] == 0
    buttons.nth(0).click()
    assert buttons.nth(0).get_attribute("aria-pressed") == "false"
    assert chart(page).get_attribute("data-marked") == ""
    assert pixel(page, 0.6, 0.02)[3] == 0
    buttons.nth(1).click()
    assert buttons.nth(1).get_attribute("aria-expanded") == "true"
    assert page.locator('[data-rule="over-confidence"] .evidence').is_visible()
    assert not page.locator('[data-rule="overfitting"] .evidence').is_visible()
    assert pixel(page, 0.6, 0.02) == inside


def test_one_piece_of_evidence_can_be_marked(opens: Opens) -> None:
    found = ONE.diagnoses[0].outcomes[0].finding
    assert found
    first = replace(found, evidence=(found.evidence[0]._replace(span=(40.0, 50.0)),))
    outcomes = (replace(ONE.diagnoses[0].outcomes[0], finding=first),)
    page = opens(Batch((replace(ONE.diagnoses[0], outcomes=outcomes),)))
    page.get_by_role("button", name="epoch 40–50").click()
    assert chart(page).get_attribute("data-marked") == "epoch 40–50"
    assert pixel(page, 45 / 59, 0.02)[3] > 0
    assert pixel(page, 0.5, 0.02)[3] == 0


def test_a_curve_can_be_hidden(opens: Opens) -> None:
    page = opens(ONE)
    before = picture(page)
    chart(page).locator(".chip").nth(1).click()
    assert chart(page).locator(".chip").nth(1).get_attribute("aria-pressed") == "false"
    assert picture(page) != before


def test_the_keyboard_reads_and_zooms(opens: Opens) -> None:
    page = opens(ONE)
    plot = chart(page).locator(".plot")
    plot.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert chart(page).locator(".where").inner_text() == "epoch 2"
    assert page.locator("#spoken").inner_text().startswith("epoch 2: train 1.8")
    page.keyboard.press("End")
    assert chart(page).locator(".where").inner_text() == "epoch 59"
    page.keyboard.press("+")
    assert page.locator(".range").inner_text() == "epoch 30–59"
    page.keyboard.press("Shift+ArrowLeft")
    assert page.locator(".range").inner_text() != "epoch 30–59"
    page.keyboard.press("Escape")
    assert page.locator(".range").inner_text() == "epoch 0–59"


def test_tab_reaches_everything_in_order_and_shows_where_it_is(opens: Opens) -> None:
    page = opens(ONE)
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "(e => [e.getAttribute('aria-label') || e.textContent, getComputedStyle(e).outlineStyle])"
            "(document.activeElement)"
        )
        if page.evaluate("document.activeElement === document.body"):
            break
        assert outline != "none", name
        seen.append(name)
    assert seen[0] == "Skip to the report"
    wanted = ("Switch to dark", "Smoothing", "Zoom in", "linear", "loss, train and val over epoch")
    places = [next(i for i, name in enumerate(seen) if name.startswith(words)) for words in wanted]
    assert places == sorted(places)
    assert any("Validation turned" in name for name in seen)


def test_every_control_has_a_name(opens: Opens) -> None:
    for batch in (ONE, sample.batch()):
        nameless = opens(batch).evaluate(
            """() => [...document.querySelectorAll("button, a, input, select, summary, svg[role=img]")]
                .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
                .map((e) => e.outerHTML)"""
        )
        assert nameless == []


def test_other_curves_are_drawn_when_they_are_unfolded(opens: Opens) -> None:
    page = opens(ONE)
    assert chart(page, "lr").locator("canvas").count() == 0
    page.get_by_text("Other curves (1)").click()
    chart(page, "lr").locator("canvas").wait_for()


def test_light_and_dark(opens: Opens) -> None:
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light, dark = opens(ONE), opens(ONE, color_scheme="dark")
    assert light.evaluate(background) == "rgb(246, 247, 248)"
    assert dark.evaluate(background) == "rgb(18, 21, 26)"
    before = picture(dark)
    dark.get_by_role("button", name="Switch to light colours").click()
    assert dark.evaluate(background) == light.evaluate(background)
    assert picture(dark) != before
    assert dark.get_by_role("button", name="Switch to dark colours").is_visible()


def test_nothing_is_wider_than_the_window(opens: Opens) -> None:
    long = replace(ONE.diagnoses[0], run=replace(RUN, path="x" * 300, name="x" * 300))
    for batch in (Batch((long,)), Batch((long, sample.unstable())), sample.batch()):
        page = opens(batch)
        for width in (1280, 400, 800):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


def test_paper_shows_everything_in_light_colours(opens: Opens) -> None:
    page = opens(ONE, color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("html").get_attribute("data-theme") == "light"
    chart(page, "lr").locator("canvas").wait_for()
    assert chart(page).locator(".uplot").evaluate("e => e.offsetWidth") == 690
    page.emulate_media(media="print")
    assert page.locator('[data-rule="over-confidence"] .evidence').is_visible()
    assert not page.locator(".toolbar").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert chart(page).locator(".uplot").evaluate("e => e.offsetWidth") != 690
    assert page.locator("details:not([open])").count() == 1


def _run(values: np.ndarray, steps: np.ndarray | None = None) -> Run:
    at = np.arange(len(values), dtype=float) if steps is None else steps
    curve = Curve("loss", "train/loss", at, np.asarray(values, dtype=float), False)
    return Run("odd", "odd.csv", "csv", "step", (curve,))


ODD = {
    "huge": _run(10.0 ** np.arange(0, 300, 10)),
    "tiny": _run(10.0 ** -np.arange(0.0, 320, 10)),
    "both signs": _run(np.array([-1e300, 1e300, 0.0])),
    "constant": _run(np.full(20, 0.25)),
    "close": _run(1 + np.arange(20) * 1e-15),
    "zero": _run(np.zeros(5)),
    "nothing finite": _run(np.full(9, np.nan)),
    "one point": _run(np.array([2.0])),
    "no point": _run(np.array([])),
    "infinite": _run(np.array([1.0, np.inf, -np.inf, 2.0])),
    "one step for all": _run(np.array([1.0, 5.0, 3.0]), np.zeros(3)),
    "nanoseconds": _run(np.arange(9.0), 1.7e18 + np.arange(9) * 1e9),
    "fractions": _run(np.arange(9.0), np.arange(9) / 1e7),
}


def test_odd_values_are_drawn_without_complaint(opens: Opens) -> None:
    runs = [
        replace(sample.smooth(), run=replace(run, name=name), gap=None, best_step=None)
        for name, run in ODD.items()
    ]
    page = opens(Batch(tuple(runs)))
    for place, name in enumerate(ODD):
        canvases, read = page.evaluate(EVERYTHING, place)
        assert canvases == (0 if name == "no point" else 1), name
        assert all(read), name


# Opens a run, draws it on both scales and reads a value on each; all at once, for every call takes its time.
EVERYTHING = """async (place) => {
    const shown = new Promise((done) => addEventListener("hashchange", done, { once: true }));
    location.hash = `#run-${place}`;
    await shown;
    const read = [];
    for (const button of document.querySelectorAll("figure .choice button")) {
        button.click();
        const plot = document.querySelector("figure .plot");
        plot.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        await new Promise((done) => setTimeout(done));
        read.push([".chip .value", ".where"].every((part) => document.querySelector(part).textContent));
    }
    return [document.querySelectorAll("canvas").length, read];
}"""


def test_what_is_not_finite_is_marked(opens: Opens) -> None:
    values = np.linspace(3, 1, 100)
    values[50:60] = np.nan
    page = opens(Batch((replace(sample.smooth(), run=_run(values), gap=None, best_step=None),)))
    assert "10 values not finite (NaN or inf), marked ×" in chart(page).locator(".note").inner_text()
    assert pixel(page, 55 / 99, 0.01)[3] > 0
    assert pixel(page, 23 / 99, 0.01)[3] == 0
    page.mouse.move(*across(page, 55 / 99))
    assert chips(page) == ["train not finite"]


def test_ticks_are_round_and_whole_where_steps_are(opens: Opens) -> None:
    script = f"{asset('assets/numbers.js')}\n;ticks.map((tick) => roundTicks(...tick))"
    asked = [[1, 20, 9, True], [1, 20, 9, False], [3, 4, 5, True], [0, 1, 4, False], [-1e-9, 1e-9, 4, False]]
    shown = opens(ONE).evaluate(f"ticks => eval({script!r})", asked)
    assert shown[0] == [5, 10, 15, 20]
    assert shown[1] == [2.5, 5, 7.5, 10, 12.5, 15, 17.5, 20]
    assert shown[2] == [3, 4]
    assert shown[3] == [0, 0.25, 0.5, 0.75, 1]
    assert len(shown[4]) == 5


def test_numbers_read_as_in_every_other_report(opens: Opens) -> None:
    values = [0.0, 1.0, -1.0, 0.1, 0.0999999, 0.00123456, 1e-4, 9.99999e-5, 1e-300, 12.3456, 9999.6, 12345.6]
    values += [999999.4, 1e6, 1.5e6, 123456789.0, 1e300, -0.05, 2.5, 0.3071, 1.0843, 60.0, 1e5 + 0.7, 3.1e-5]
    script = f"{asset('assets/numbers.js')}\n;values.map(number)"
    shown = opens(ONE).evaluate(f"values => eval({script!r})", values)
    assert shown == [number(value) for value in values]
