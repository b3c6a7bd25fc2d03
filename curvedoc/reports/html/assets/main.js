// Which part of the page is shown: the list of runs, or one of them, by the fragment of the address.

const main = document.getElementById("main");
const several = batch.runs.length !== 1 || batch.problems.length > 0;
let view = null;

function wanted() {
  if (!several) return 0;
  const asked = /^#run-(\d+)$/.exec(location.hash);
  return asked && Number(asked[1]) < batch.runs.length ? Number(asked[1]) : null;
}

function show(focus) {
  const i = wanted();
  view?.destroy();
  main.className = i == null ? "many" : "one";
  view = i == null ? showOverview(main) : showRun(i, main);
  bar(i);
  if (focus) {
    scrollTo(0, 0);
    view.heading.focus({ preventScroll: true });
  }
}

function bar(i) {
  const order = list.order ?? [...batch.runs.keys()].sort((a, b) => batch.runs[a].rank - batch.runs[b].rank);
  const at = order.indexOf(i);
  const link = (j, text) => (order[j] == null ? null : el("a", { href: `#run-${order[j]}`, title: batch.runs[order[j]].name }, text));
  document.getElementById("bar").replaceChildren(
    el("strong", {}, "curvedoc"),
    el("nav", { "aria-label": "Runs" }, several && i != null
      ? [el("a", { href: "#" }, "All runs"), link(at - 1, "\u2039 Previous"), link(at + 1, "Next \u203a")] : []),
    themeButton);
}

/** Paper shows everything that can be unfolded, in light colours and within its width. */
function paper(on) {
  theme.paper = on;
  for (const part of document.querySelectorAll("details")) {
    if (on) part.dataset.open = String(part.open);
    part.open = on || part.dataset.open === "true";
  }
  document.documentElement.dataset.paper = String(on);
  for (const board of live) {
    board.paper = on ? 690 : 0;
    board.draw();
  }
  applyTheme();
}

const themeButton = themeSwitch();
document.getElementById("foot").append(
  el("p", {}, `curvedoc ${batch.version}. Charts: drag to zoom, double click to show all; with the keyboard arrows, + \u2212 and 0. This page is one file and asks nothing of any network.`));
addEventListener("hashchange", () => show(true));
addEventListener("beforeprint", () => paper(true));
addEventListener("afterprint", () => paper(false));
applyTheme();
show(false);
