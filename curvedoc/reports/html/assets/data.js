// What the page shows: the batch at once, a run when it is first asked for.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const batch = read("batch");
const loaded = new Map();

function runDetails(i) {
  if (!loaded.has(i)) {
    const details = read(`run-${i}`);
    details.charts.forEach((chart) => chart.curves.forEach((curve) => (curve.x = steps(curve.x))));
    loaded.set(i, details);
  }
  return loaded.get(i);
}

/** Steps at equal distances are stored as three numbers. */
function steps(x) {
  return Array.isArray(x) ? x : Array.from({ length: x.n }, (_, i) => x.from + i * x.by);
}
