// Many runs: how they came out, which of them belong together, and a table to sort, filter and choose from.

const COLUMNS = [
  { id: "chosen", head: "" },
  { id: "state", head: "State", by: (run) => run.rank },
  { id: "gate", head: "Gate", by: (run) => ["failed", "not judged", "doubtful", "passed"].indexOf(run.gate) },
  { id: "sure", head: "Sure", by: (run) => run.confidence ?? -1, number: true, falling: true },
  { id: "name", head: "Run", by: (run) => run.name.toLowerCase() },
  { id: "spark", head: "Loss" },
  { id: "best", head: "Best at", by: (run) => run.best_at, number: true },
  { id: "gap", head: "Gap", by: (run) => run.gap_at, number: true, falling: true },
  { id: "points", head: "Points", by: (run) => run.points, number: true, falling: true },
];

// What was chosen stays chosen while single runs are looked at.
const list = { sort: "state", falling: false, states: new Set(), words: "", chosen: new Set() };

function showOverview(main) {
  const overlay = makeOverlay();
  const rows = new Map(batch.runs.map((run, i) => [i, row(run, i)]));
  const body = el("tbody", {});
  const told = el("output.told", { "aria-live": "polite" });
  const heads = el("tr", {}, columns().map(head));
  const heading = el("h1", { tabindex: -1 }, counted(batch.runs.length, "run"));

  function row(run, i) {
    const box = el("input", { type: "checkbox", "aria-label": `Overlay ${run.name}`, checked: list.chosen.has(i),
      on: { change: () => { box.checked ? list.chosen.add(i) : list.chosen.delete(i); choose(); } } });
    const cells = {
      chosen: box, state: badge(run), sure: run.sure, best: run.best, gap: run.gap, points: run.points,
      name: el("a", { href: `#run-${i}`, title: run.path }, run.name),
      spark: spark(run), gate: run.gate && standing(run.gate),
    };
    const node = el("tr", { data: { run: i, state: run.state } }, columns().map((column) =>
      el(`td.${column.id}${column.number ? ".number" : ""}`, {}, cells[column.id] == null ? "" : typeof cells[column.id] === "number" ? String(cells[column.id]) : cells[column.id])));
    return { node, box };
  }

  function head(column) {
    const th = el(column.number ? "th.number" : "th", { scope: "col", data: { column: column.id } });
    if (column.by) th.append(button(column.head, () => {
      list.falling = list.sort === column.id ? !list.falling : Boolean(column.falling);
      list.sort = column.id;
      arrange();
    }));
    else if (column.id === "chosen") th.append(el("span.unseen", {}, "Overlay"));
    else th.append(column.head);
    return th;
  }

  function arrange() {
    const by = COLUMNS.find((column) => column.id === list.sort).by;
    const way = list.falling ? -1 : 1;
    const order = [...rows.keys()].sort((a, b) => compare(by(batch.runs[a]), by(batch.runs[b]), way) || batch.runs[a].rank - batch.runs[b].rank);
    list.order = order;
    body.replaceChildren(...order.map((i) => rows.get(i).node));
    for (const th of heads.children)
      if (th.dataset.column === list.sort) th.setAttribute("aria-sort", list.falling ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
  }

  function filter() {
    let n = 0;
    for (const [i, { node }] of rows) {
      const run = batch.runs[i];
      const shown = (!list.states.size || list.states.has(run.state)) && run.path.concat(" ", run.name).toLowerCase().includes(list.words);
      node.hidden = !shown;
      n += shown;
    }
    told.textContent = n === rows.size ? "" : `${n} of ${counted(rows.size, "run")} shown`;
  }

  function choose() {
    for (const [i, { box }] of rows) box.checked = list.chosen.has(i);
    overlay.update(list.order.filter((i) => list.chosen.has(i)));
  }

  const chooseOnly = (runs) => { list.chosen = new Set(runs); choose(); };
  const shownRuns = () => list.order.filter((i) => !rows.get(i).node.hidden);
  const search = el("input", { type: "search", placeholder: "Filter by name", "aria-label": "Filter by name", value: list.words,
    on: { input: () => { list.words = search.value.trim().toLowerCase(); filter(); } } });
  const chips = batch.states.map((state) => toggle(
    [el(`i.dot.${state.tone}`, {}), `${state.label} `, el("b", {}, String(state.runs))], list.states.has(state.id),
    (on) => { on ? list.states.add(state.id) : list.states.delete(state.id); filter(); }, { class: "chip", "data-state": state.id }));

  main.replaceChildren(el("article.batch", {},
    el("div.head", {}, heading, gateSaid()),
    problems(),
    batch.runs.length > 0 && [
      el("div.filters", { role: "group", "aria-label": "Filter by state" }, chips),
      sets(chooseOnly),
      el("div.both", {}, el("section.list", { "aria-label": "Runs" },
        el("div.tools", {}, search, button("Choose shown", () => chooseOnly(shownRuns())),
          button("Choose none", () => chooseOnly([])), told),
        el("div.wide", { tabindex: 0, role: "region", "aria-label": "Table of runs" }, el("table.runs.broad", {}, el("thead", {}, heads), body))), overlay.node)]));
  arrange();
  filter();
  choose();
  return { heading, destroy: overlay.destroy };
}

const columns = () => COLUMNS.filter((column) => column.id !== "gate" || batch.gate);

/** What is not known comes last, whichever way is sorted. */
function compare(a, b, way) {
  if (a == null || b == null) return (a == null) - (b == null);
  return (a < b ? -1 : a > b ? 1 : 0) * way;
}

function spark(run) {
  const wide = 96;
  const high = 22;
  const n = run.spark.length;
  const at = (level, i) => `${(n > 1 ? (i * (wide - 4)) / (n - 1) : wide / 2) + 2},${(high - 3 - (level / 100) * (high - 6)).toFixed(1)}`;
  const lines = [[]];
  run.spark.forEach((level, i) => (level == null ? lines.push([]) : lines.at(-1).push(at(level, i))));
  return svg("svg.spark", { width: wide, height: high, role: "img", "aria-label": `Course of ${run.spark_of || "nothing"}` },
    lines.filter((line) => line.length).map((line) => svg(`polyline.${run.tone}`, { points: line.length > 1 ? line.join(" ") : `${line[0]} ${line[0]}` })),
    run.spark.map((level, i) => (level == null ? svg("text.gone", { x: at(0, i).split(",")[0], y: 9 }, "\u00d7") : null))
      .filter((mark, i) => mark && run.spark[i - 1] !== null));
}

function sets(chooseOnly) {
  if (!batch.families.length) return null;
  return fold(`Sets of runs (${batch.families.length})`, batch.families.length <= 6, el("ul.sets", {}, batch.families.map((family) =>
    el("li", {}, button("Overlay", () => chooseOnly(family.runs), { "aria-label": `Overlay ${family.name}` }),
      el("b", {}, ` ${family.size} `), el("code", {}, family.name), el("span.dim", {}, ` ${family.told}`)))));
}

function gateSaid() {
  if (!batch.gate) return null;
  const passed = batch.gate.passed;
  return el("p.gate", {}, el(`span.status.${passed ? "passed" : "failed"}`, {}, passed ? "gate passed" : "gate failed"), ` ${batch.gate.said}`);
}

function problems() {
  if (!batch.problems.length) return null;
  return section(`Not read: ${counted(batch.problems.length, "path")}`, "section.problems", el("ul", {}, batch.problems.map((problem) =>
    el("li", {}, el("code", {}, problem.path), ` ${problem.problem}`, problem.fix && el("span.dim", {}, ` ${problem.fix}`)))));
}
