// One chart: curves of one quantity on common axes, drawn by uPlot. Values are turned into places here (divided
// by a unit, or as logarithms), so that whatever a log holds stays within what the library reckons with.

const PARTS = { line: 0, ghost: 1, low: 2, high: 3 };

function makePlot(board, spec) {
  const plot = { spec, log: spec.log && spec.floor != null, hidden: new Set(), u: null };
  const curves = spec.curves;
  const unit = unitOf(curves.flatMap((c) => [...c.y, ...(c.low ?? []), ...(c.high ?? [])]));
  const place = (v) => (plot.log ? (v < 0 ? null : Math.log10(Math.max(v, spec.floor))) : v / unit);
  const value = (p) => (plot.log ? 10 ** p : p * unit);

  const host = el("div.plot", {
    tabindex: 0, role: "group", "aria-roledescription": "chart",
    "aria-label": `${spec.title}, ${curves.map((c) => c.label).join(" and ")} over ${board.x}. ` +
      "Arrow keys read values, plus and minus zoom, 0 shows all.",
    on: { keydown: (event) => onKey(event) },
  });
  const where = el("output.where", {});
  const chips = curves.map((curve, i) => chip(curve, i));
  const legend = el("div.chips", {}, chips.map((c) => c.node));
  plot.node = el("figure.chart", { data: { quantity: spec.quantity } },
    el("figcaption", {}, el("h3", {}, spec.title), where, scaleChoice()),
    legend, host,
    el("p.note", {}, spec.note && `${spec.note}. `, el("span.below", {})));

  function scaleChoice() {
    const can = spec.floor != null;
    return choice(`Scale of ${spec.title}`, [
      ["linear", "linear", {}],
      ["log", "log", { disabled: !can, title: can ? null : "No value is above 0" }],
    ], plot.log ? "log" : "linear", (chosen) => {
      plot.log = chosen === "log";
      plot.node.dataset.scale = chosen;
      plot.refresh();
    });
  }

  function chip(curve, i) {
    const shown = el("span.value", {}, curve.last);
    const node = toggle([el(`i.swatch.${curve.color}`, {}), el("span.name", {}, curve.label), " ", shown], true,
      (on) => {
        on ? plot.hidden.delete(i) : plot.hidden.add(i);
        plot.refresh();
      }, { class: "chip", title: `Show or hide ${curve.label}` });
    if (board.focusable) {
      const focus = (which) => () => plot.u?.setSeries(which == null ? null : first(which), { focus: true }, false);
      for (const event of ["mouseenter", "focus"]) node.addEventListener(event, focus(i));
      for (const event of ["mouseleave", "blur"]) node.addEventListener(event, focus(null));
    }
    return { node, shown };
  }

  // Series of uPlot: 0 is x, then for each curve its line, the unsmoothed line behind it, and its range.
  const widths = curves.map((c) => (c.low ? 4 : 2));
  const first = (i) => 1 + widths.slice(0, i).reduce((a, b) => a + b, 0);
  const owner = curves.flatMap((c, i) => Array.from({ length: widths[i] }, (_, part) => ({ i, part })));

  function columns() {
    const tables = curves.map((curve) => {
      const soft = smoothed(curve.y, board.smooth);
      const put = (list) => list.map((v) => (v == null ? null : place(v)));
      const line = put(soft);
      const ghost = board.smooth ? put(curve.y) : new Array(curve.y.length).fill(undefined);
      const range = curve.low ? [put(curve.low), put(curve.high)] : [];
      return [curve.x.map((x) => x - board.base), line, ghost, ...range];
    });
    return tables.length > 1 ? uPlot.join(tables) : tables[0];
  }

  function series() {
    return [{}, ...owner.map(({ i, part }) => {
      const color = curves[i].color;
      const bold = board.marked && board.marked.splits.includes(curves[i].split);
      if (part === PARTS.line)
        return { stroke: () => ink(color), width: bold ? 2.5 : 1.5, show: !plot.hidden.has(i), points: { fill: () => ink("panel") } };
      const ghost = part === PARTS.ghost;
      return {
        stroke: () => (ghost ? ink(color, 0.3) : "transparent"), width: ghost ? 1 : 0,
        points: { show: false }, show: !plot.hidden.has(i),
      };
    })];
  }

  function bands() {
    return curves.flatMap((c, i) => c.low && curves.length <= 6
      ? [{ series: [first(i) + PARTS.high, first(i) + PARTS.low], fill: () => ink(c.color, 0.2) }] : []);
  }

  function yRange(u, low, high) {
    if (low == null || !Number.isFinite(low)) return [0, 1];
    const room = high > low ? (high - low) * 0.05 : plot.log ? 0.3 : Math.abs(low) * 0.1 || 1;
    return [low - room, high + room];
  }

  function ySplits(u, axis, low, high) {
    const most = Math.max(2, Math.round(u.bbox.height / uPlot.pxRatio / 38));
    return plot.log ? logTicks(low, high, most) : roundTicks(low * unit, high * unit, most).map((v) => v / unit);
  }

  function axes() {
    const look = {
      stroke: () => ink("dim"), font: "11px system-ui, sans-serif",
      grid: { stroke: () => ink("grid"), width: 1 }, ticks: { show: false },
    };
    const most = (u) => Math.max(2, Math.round(u.bbox.width / uPlot.pxRatio / 80));
    return [
      { ...look, size: 24, gap: 4, border: { show: true, stroke: () => ink("edge"), width: 1 },
        splits: (u, a, low, high) => roundTicks(low, high, most(u), board.whole),
        values: (u, at) => at.map((v) => (board.base ? `+${number(v)}` : stepText(Number(v.toPrecision(12))))) },
      { ...look, size: 58, gap: 6, splits: ySplits, values: (u, at) => tickLabels(at.map(value)) },
    ];
  }

  function options(width) {
    const [min, max] = board.shown();
    return {
      width, height: board.height(spec), legend: { show: false }, padding: [14, 24, 0, 0],
      scales: { x: { time: false, min, max, range: (u, a, b) => [a, b] }, y: { range: yRange } },
      series: series(), bands: bands(), axes: axes(), focus: { alpha: 0.15 },
      cursor: {
        y: false, sync: { key: board.key, scales: ["x", null] }, drag: { x: true, y: false, dist: 4 }, points: { size: 9, width: 2 },
        dataIdx: (u, s, at, x) => (s === 0 ? at : owner[s - 1].part === PARTS.line ? own(u, owner[s - 1].i, x) : null),
        bind: { dblclick: () => () => { board.zoom(null); return null; } },
      },
      hooks: {
        setCursor: [(u) => readout(u.cursor.idx == null ? null : u.data[0][u.cursor.idx])],
        setScale: [(u, key) => key === "x" && board.zoomed(u.scales.x.min, u.scales.x.max)],
        drawAxes: [(u) => paintMarked(u, board)],
        draw: [(u) => paintLost(u, board, curves.filter((_, i) => !plot.hidden.has(i))), (u) => paintMarks(u, board)],
      },
    };
  }

  /** The point of a curve that is nearest to a step, as an index of all steps of the chart. */
  function own(u, i, x) {
    const xs = curves[i].x;
    return nearest(u.data[0], xs[nearest(xs, x + board.base)] - board.base);
  }

  function readout(x) {
    where.textContent = x == null ? "" : `${board.x} ${stepText(x + board.base)}`;
    curves.forEach((curve, i) => (chips[i].shown.textContent = x == null ? curve.last : valueAt(curve, x + board.base)));
    // Longer texts may take another line: it stays, for the chart must not move below the pointer.
    legend.style.minHeight = `${legend.offsetHeight}px`;
  }

  function valueAt(curve, x) {
    const at = nearest(curve.x, x);
    const y = curve.y[at];
    // Many chips have no room for more, and should not move while the cursor does.
    if (board.focusable) return y == null ? "not finite" : number(y);
    const elsewhere = curve.x[at] === x ? "" : ` @${stepText(curve.x[at])}`;
    const range = curve.low && y != null ? ` (${number(curve.low[at])}\u2013${number(curve.high[at])})` : "";
    const soft = board.smooth && y != null ? ` ~${number(smoothed(curve.y, board.smooth)[at])}` : "";
    return `${y == null ? "not finite" : number(y)}${range}${soft}${elsewhere}`;
  }

  function onKey(event) {
    const u = plot.u;
    if (!u || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity }[event.key];
    if (by != null && event.shiftKey) board.pan(by < 0 ? -0.25 : 0.25);
    else if (by != null) walk(u, by);
    else if (event.key === "+" || event.key === "=") board.scale(0.5, here(u));
    else if (event.key === "-") board.scale(2, here(u));
    else if (event.key === "0" || event.key === "Escape") board.zoom(null);
    else return;
    event.preventDefault();
  }

  const here = (u) => (u.cursor.idx == null ? null : u.data[0][u.cursor.idx]);

  function walk(u, by) {
    const [from, to] = u.series[0].idxs;
    const start = u.cursor.idx ?? (by > 0 ? from - 1 : to + 1);
    const at = Math.max(from, Math.min(to, start + by));
    u.setCursor({ left: u.valToPos(u.data[0][at], "x"), top: 0 }, true, true);
    speak(`${where.textContent}: ${curves.map((c, i) => `${c.label} ${chips[i].shown.textContent}`).join(", ")}`);
  }

  // What is folded away has a width too, but is not drawn before it is seen.
  const room = () => (host.closest("details:not([open])") ? 0 : board.paper || host.clientWidth);

  plot.draw = () => {
    const width = room();
    if (!width || plot.u?.width === width) return;
    if (plot.u) plot.u.setSize({ width, height: board.height(spec) });
    else plot.refresh();
  };
  plot.refresh = () => {
    const width = room();
    plot.u?.destroy();
    plot.u = null;
    legend.style.minHeight = "";
    if (width && curves.length) plot.u = new uPlot(options(width), columns(), host);
    plot.node.querySelector(".below").textContent = plot.log && curves.some((c) => (c.low ?? c.y).some((v) => v != null && v <= 0))
      ? "On a log scale values of 0 lie at the bottom and those below 0 are left out." : "";
  };
  plot.destroy = () => plot.u?.destroy();
  plot.node.dataset.scale = plot.log ? "log" : "linear";
  return plot;
}
