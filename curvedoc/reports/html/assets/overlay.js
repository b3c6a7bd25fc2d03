// Chosen runs over each other: one quantity, a colour for each run.

const OVERLAY_COLORS = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];
// More lines than this cannot be told apart, and each costs time.
const MOST_OVERLAID = 40;

/** The panel; `update` takes the places of the runs that are chosen. */
function makeOverlay() {
  const state = { runs: [], role: "", share: false, board: null };
  const place = el("div.place", {});
  const roles = el("select", { "aria-label": "Quantity", on: { change: () => { state.role = roles.value; draw(); } } });
  const along = choice("Horizontal axis", [["steps", "steps"], ["share", "share of the run"]], "steps",
    (value) => { state.share = value === "share"; draw(); });
  const hint = el("p.dim.hint", {});
  const tools = el("div.tools", { hidden: true }, el("label", {}, "Show ", roles), along);
  const node = section("Overlay", "section.overlay", hint, tools, place);

  function update(runs) {
    state.runs = runs.slice(0, MOST_OVERLAID);
    node.classList.toggle("empty", !runs.length);
    hint.textContent = !runs.length ? "Choose runs in the list to lay their curves over each other."
      : runs.length > MOST_OVERLAID ? `The first ${MOST_OVERLAID} of ${runs.length} chosen runs are shown.` : "";
    offer();
    draw();
  }

  function offer() {
    const known = new Map();
    for (const i of state.runs) for (const role of batch.runs[i].roles) known.set(role, (known.get(role) ?? 0) + 1);
    const listed = [...known.keys()];
    if (!known.has(state.role)) {
      const most = Math.max(...known.values());
      state.role = ["val/loss", "train/loss"].find((role) => known.get(role) === most) ?? listed.find((role) => known.get(role) === most) ?? "";
    }
    roles.replaceChildren(...listed.map((role) => el("option", { value: role, selected: role === state.role }, role)));
    tools.hidden = !listed.length;
  }

  function draw() {
    const smooth = state.board?.smooth ?? 0;
    state.board?.destroy();
    state.board = null;
    place.replaceChildren();
    const spec = overlaid(state);
    if (!spec) return;
    state.board = makeBoard({ x: state.share ? "share" : spec.xs.length === 1 ? spec.xs[0] : "step", charts: [spec], focusable: true });
    place.append(state.board.toolbar, state.board.add(spec));
    if (smooth) state.board.soften(smooth);
    state.board.draw();
  }

  return { node, update, destroy: () => state.board?.destroy() };
}

/** The chart of one role of several runs; null when none of them has it. */
function overlaid({ runs, role, share }) {
  const split = role.includes("/") ? role.split("/")[0] : "";
  const found = [];
  for (const i of runs)
    for (const chart of runDetails(i).charts)
      for (const curve of chart.curves)
        if (chart.quantity === (split ? role.slice(split.length + 1) : role) && curve.split === split)
          found.push({ i, chart, curve, run: batch.runs[i] });
  if (!found.length) return null;
  const xs = [...new Set(found.map(({ i }) => runDetails(i).x))];
  const floors = found.map(({ chart }) => chart.floor).filter((floor) => floor != null);
  return {
    title: role, quantity: role, tall: true, xs,
    log: floors.length > 0 && wide(found.map(({ curve }) => curve), found.some(({ chart }) => chart.rising)),
    floor: floors.length ? Math.min(...floors) : null,
    curves: found.map(({ curve, run }, k) => ({
      ...curve, label: run.name, color: OVERLAY_COLORS[k % OVERLAY_COLORS.length], ...(share && shares(curve)),
    })),
    note: [
      xs.length > 1 && !share && `The steps of these runs count different things (${xs.join(", ")})`,
      found.some(({ curve }) => curve.per > 1) && "Long curves are condensed: a point is the mean of several logged ones",
    ].filter(Boolean).join("; "),
  };
}

/** Whether values span so much that a linear axis would hide most of them: 2.5 decades, as for single runs. */
function wide(curves, rising) {
  let low = Infinity;
  let high = 0;
  for (const curve of curves)
    for (const v of curve.y) {
      if (v < 0) return false;
      if (v > 0) [low, high] = [Math.min(low, v), Math.max(high, v)];
    }
  return !rising && high / low > 10 ** 2.5;
}

/** A curve over the share of its own steps, so that runs of different lengths can be compared. */
function shares({ x, ends: [a, b], lost }) {
  const share = (at) => (b > a ? (at - a) / (b - a) : 0);
  return { x: x.map(share), ends: [0, 1], lost: lost.map((stretch) => stretch.map(share)) };
}
