// One run: the verdict and what to do, its curves beside the findings, then everything else that is known.

// A part with more entries than this is folded at first.
const MANY = 16;
const SPLIT_COLORS = { train: "train", val: "val", test: "test", gap: "gap" };

function showRun(i, main) {
  const run = batch.runs[i];
  const details = runDetails(i);
  const board = makeBoard({ x: details.x, marks: details.marks, charts: details.charts });
  for (const chart of details.charts)
    chart.curves.forEach((curve) => (curve.color = SPLIT_COLORS[curve.split] ?? "other"));
  const heading = el("h1", { tabindex: -1 }, badge(run), " ", el("span.sure", {}, `${run.sure} sure`));
  main.replaceChildren(
    el("article.run", {},
      el("div.top", {}, verdict(run, details, heading), advice(details)),
      gateChecks(details),
      el("div.middle", {}, curves(details, board), el("div.aside", {}, findings(details, board), rest(details))),
      columnsRead(details)));
  board.draw();
  return { heading, destroy: board.destroy };
}

function verdict(run, details, heading) {
  return el("section.verdict", { "aria-label": "Verdict" },
    heading,
    el("p.path", {}, run.path, el("span.dim", {}, ` \u00b7 ${details.logged}`)),
    run.reason && el("p.reason", {}, run.reason),
    el("dl.facts", {}, details.facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    details.others.length > 0 && el("div.others", {}, el("h3", {}, "Also possible"),
      el("ul", {}, details.others.map((other) =>
        el("li", {}, shareBar(0, other.share, other.tone), ` ${other.label} `, el("span.dim", {}, other.said))))));
}

/** A share, or an interval of shares, on a line from 0 to 1. */
function shareBar(from, to, tone) {
  const bar = svg("svg.share", { width: 60, height: 8, "aria-hidden": "true" });
  bar.append(
    svg("rect.whole", { x: 0, y: 3, width: 60, height: 2 }),
    svg(`rect.${tone}`, { x: (from * 60).toFixed(1), y: 1, width: Math.max(2, (to - from) * 60).toFixed(1), height: 6 }));
  return bar;
}

function advice(details) {
  if (!details.fixes.length) return el("section.todo", { "aria-label": "What to do" }, el("h2", {}, "What to do"), el("p.dim", {}, "Nothing to mend was found."));
  return section("What to do", "section.todo",
    details.bottleneck && el("p.dim", {}, `Likely bottleneck: ${details.bottleneck}`),
    el("ol.fixes", {}, details.fixes.map((fix) =>
      el(fix.failed ? "li.failed" : "li", {}, fix.text,
        fix.tried && el("div.tried", {}, shareBar(...fix.interval, fix.failed ? "bad" : "good"), ` ${fix.tried}`)))));
}

function gateChecks(details) {
  if (!details.gate) return null;
  const { status, reason, checks } = details.gate;
  return section("Gate", "section.gate",
    el("p", {}, standing(status), reason && !checks.some((check) => check.message === reason) ? ` ${reason}` : ""),
    checks.length > 0 && table(["Condition", "Result", ""], checks.map((check) => [
      el("span", {}, el("code", {}, check.kind), ` ${check.condition}`),
      standing(check.status), check.message])));
}

function curves(details, board) {
  const main = details.charts.filter((chart) => chart.main);
  const more = details.charts.filter((chart) => !chart.main);
  const box = section("Curves", "section.curves", board.toolbar, main.map(board.add));
  if (!details.charts.length) box.append(el("p.dim", {}, "No curve was logged."));
  if (more.length) {
    const open = main.length === 0;
    const folded = fold(`Other curves (${more.length})`, open, el("div.more", {}, more.map(board.add)));
    folded.addEventListener("toggle", board.draw);
    box.append(folded);
  }
  return box;
}

function findings(details, board) {
  const buttons = [];
  const choose = (chosen) => buttons.forEach((choice, j) => choice(j === chosen));
  const cards = details.findings.map((finding, j) => {
    const { card, show } = findingCard(finding, board, (open) => choose(open ? j : null));
    buttons.push(show);
    return card;
  });
  if (!cards.length) cards.push(el("p.dim", {}, "No rule found anything."));
  const box = section("Findings", "section.findings", details.findings.length > 0 &&
    el("p.dim.hint", {}, "Choose one to see its evidence on the curves."), cards);
  if (details.findings.length) choose(0);
  return box;
}

/** A finding: its button shows the evidence, here and on the curves. */
function findingCard(finding, board, chosen) {
  const evidence = el("div.evidence", {},
    finding.evidence.map((item) => el(item.passed ? "div.item" : "div.item.missed", {},
      el("code.measure", {}, item.measure), el("span.said", {}, item.said),
      el("span.what", {}, item.what, " ", spanButton(item, finding, board)))));
  const head = button(
    [el(`span.severity.${finding.severity}`, {}, finding.severity), el("span.title", {}, finding.title),
      el("span.dim", {}, `${finding.sure} sure \u00b7 ${finding.rule}`)],
    () => chosen(head.getAttribute("aria-pressed") !== "true"), { class: "choose", "aria-expanded": "false" });
  const card = el("div.finding", { data: { rule: finding.rule } }, head,
    finding.summary && el("p", {}, finding.summary), evidence);
  const show = (on) => {
    press(head, on);
    head.setAttribute("aria-expanded", String(on));
    card.classList.toggle("chosen", on);
    if (on) board.mark(markOf(finding, finding));
    else if (board.marked?.rule === finding.rule) board.mark(null);
  };
  return { card, show };
}

function spanButton(item, finding, board) {
  if (!item.span) return null;
  return button(item.span_said, () => board.mark(markOf(item, finding)), { class: "span", title: "Show this stretch on the curves" });
}

/** What to mark on the curves: the steps, and the splits that the measures are named after. */
function markOf(part, finding) {
  const measures = part.measure ? [part.measure] : finding.evidence.map((item) => item.measure);
  const splits = ["train", "val", "test", "gap"].filter((split) => measures.some((name) => name.split("_")[0] === split));
  return { rule: finding.rule, span: part.span, said: part.span_said || "whole run", splits };
}

/** Names in groups, each with the reason that they share. */
function listed(groups) {
  return el("ul.groups", {}, groups.map((group) =>
    el("li", {}, el("code", {}, group.names.join(", ")), el("span.dim", {}, ` \u2013 ${group.reason}`))));
}

function rest(details) {
  const many = (groups) => groups.reduce((n, group) => n + group.names.length, 0);
  const parts = [];
  const add = (title, n, ...children) => n > 0 && parts.push(fold(`${title} (${n})`, n <= MANY, ...children));
  add("Notes on the log", details.notes.length, el("ul.groups", {}, details.notes.map((note) => el("li", {}, note))));
  add("Not checked", many(details.not_checked), listed(details.not_checked));
  add("Overruled", many(details.overruled), listed(details.overruled));
  add("Clear", details.clear.length, el("p", {}, el("code", {}, details.clear.join(", "))));
  return parts;
}

function columnsRead(details) {
  const n = details.columns.length;
  const ignored = details.ignored.length > 0 && el("div.ignored", {}, el("h3", {}, "Ignored"), listed(details.ignored));
  return fold(`How each column was read (${counted(n, "curve")})`, n <= MANY, table(["Logged name", "Read as", ">Points", ">First", ">Last", "Better", ""], details.columns.map((column) =>
    [el("code", {}, column.name), el("code", {}, column.role), column.points, column.first, column.last, column.better, column.about])), ignored);
}

/** A plain table; heads that begin with > are of numbers. */
function table(heads, rows) {
  const numeric = heads.map((head) => head.startsWith(">"));
  const cell = (tag, j, ...children) => el(numeric[j] ? `${tag}.number` : tag, {}, ...children);
  return el("div.wide", { tabindex: 0, role: "region", "aria-label": "Table" }, el(heads.length > 4 ? "table.broad" : "table", {},
    el("thead", {}, el("tr", {}, heads.map((head, j) => cell("th", j, head.replace(">", ""))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((value, j) => cell("td", j, typeof value === "number" ? String(value) : value)))))));
}
