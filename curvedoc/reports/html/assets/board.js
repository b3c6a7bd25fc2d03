// Charts that belong together: one zoom, one smoothing, one cursor and one marked stretch for all of them.

let boards = 0;
const live = new Set();

function makeBoard({ x, marks, focusable, charts }) {
  const [low, high] = extent(charts);
  const board = {
    x, marks: marks ?? [], focusable, key: `board-${++boards}`, plots: [], smooth: 0, range: null, marked: null, paper: 0,
    full: [low, high],
    // Steps that count nanoseconds have more digits than an axis can reckon with: they are drawn from 0.
    whole: charts.every((chart) => chart.curves.every((curve) => curve.x.every(Number.isInteger))),
    base: Math.max(Math.abs(low), Math.abs(high)) >= 1e13 ? low : 0,
  };
  const range = el("output.range", { "aria-live": "off" });
  const level = el("output", {}, "0.00");
  const slider = el("input", {
    type: "range", min: 0, max: 0.99, step: 0.01, value: 0, "aria-label": "Smoothing",
    on: { input: () => board.soften(Number(slider.value)) },
  });
  const zoomButton = (label, what, run) => button(label, run, { "aria-label": what, title: what });
  board.toolbar = el("div.toolbar", { role: "group", "aria-label": "Charts" },
    el("label.smooth", {}, "Smoothing", slider, level),
    el("span.zoom", {},
      zoomButton("\u2039", "Move left", () => board.pan(-0.5)), zoomButton("\u203a", "Move right", () => board.pan(0.5)),
      zoomButton("\u2212", "Zoom out", () => board.scale(2)), zoomButton("+", "Zoom in", () => board.scale(0.5)),
      button("Reset", () => board.zoom(null), { title: "Show all" })),
    range);

  board.shown = () => (board.range ?? board.full).map((at) => at - board.base);
  board.height = (spec) => (innerWidth < 600 && !board.paper ? 190 : spec.tall ? 300 : spec.quantity === "loss" ? 250 : 170);
  board.add = (spec) => {
    const plot = makePlot(board, spec);
    board.plots.push(plot);
    watcher.observe(plot.node);
    return plot.node;
  };

  /** Called by charts when their own x axis has changed. */
  board.zoomed = (from, to) => {
    const [a, b] = board.shown();
    const near = (b - a) * 1e-9;
    if (Math.abs(a - from) > near || Math.abs(b - to) > near) board.zoom([from + board.base, to + board.base]);
  };
  board.zoom = (wanted) => {
    const [a, b] = board.full;
    const width = wanted && Math.max(wanted[1] - wanted[0], (b - a) * 1e-6);
    const from = wanted && Math.max(a, Math.min(wanted[0], b - width));
    board.range = wanted && width < (b - a) * 0.9999 ? [from, from + width] : null;
    const [min, max] = board.shown();
    for (const plot of board.plots) plot.u?.setScale("x", { min, max });
    tell();
  };
  board.scale = (factor, around) => {
    const [a, b] = board.range ?? board.full;
    const at = around == null ? (a + b) / 2 : around + board.base;
    board.zoom([at - (at - a) * factor, at + (b - at) * factor]);
  };
  board.pan = (share) => {
    const [a, b] = board.range ?? board.full;
    if (board.range) board.zoom([a + (b - a) * share, b + (b - a) * share]);
  };
  board.soften = (weight) => {
    board.smooth = weight;
    slider.value = String(weight);
    level.textContent = weight.toFixed(2);
    board.refresh();
  };
  /** Marks a stretch of steps and makes the curves of some splits bold; null takes it back. */
  board.mark = (marked) => {
    board.marked = marked;
    for (const plot of board.plots) plot.node.dataset.marked = marked?.said ?? "";
    board.refresh();
  };
  board.refresh = () => board.plots.forEach((plot) => plot.u && plot.refresh());
  board.draw = () => board.plots.forEach((plot) => plot.draw());
  board.destroy = () => {
    watcher.disconnect();
    live.delete(board);
    board.plots.forEach((plot) => plot.destroy());
  };

  function tell() {
    const [a, b] = board.range ?? board.full;
    const whole = b - a > 20;
    range.textContent = `${x} ${[a, b].map((at) => stepText(whole ? Math.round(at) : at)).join("\u2013")}`;
    range.dataset.zoomed = String(board.range != null);
  }

  // Draws what has come to have a size: at first, when a part is unfolded, when the window changes.
  const watcher = new ResizeObserver(() => board.draw());
  live.add(board);
  tell();
  return board;
}

/** First and last step of all curves, apart even where only one was logged. */
function extent(charts) {
  const all = charts.flatMap((chart) => chart.curves);
  const low = Math.min(...all.map((curve) => curve.ends[0]));
  const high = Math.max(...all.map((curve) => curve.ends[1]));
  if (!all.length) return [0, 1];
  return high > low ? [low, high] : [low - 1, high + 1];
}

theme.listeners.add(() => live.forEach((board) => board.plots.forEach((plot) => plot.u?.redraw())));
