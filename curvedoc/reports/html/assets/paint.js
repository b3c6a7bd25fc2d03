// What is painted on a chart beside its curves: the stretch a finding speaks of, marked steps, lost values.

function across(u, board, at) {
  return u.valToPos(at - board.base, "x", true);
}

/** The evidence that was chosen, as a band behind the curves. */
function paintMarked(u, board) {
  const span = board.marked?.span;
  if (!span) return;
  const { left, top, width, height } = u.bbox;
  const from = Math.max(left, across(u, board, span[0]));
  const to = Math.min(left + width, across(u, board, span[1]));
  if (to < left || from > left + width) return;
  u.ctx.save();
  u.ctx.fillStyle = ink("marked", 0.15);
  u.ctx.fillRect(from, top, Math.max(to - from, 2 * uPlot.pxRatio), height);
  u.ctx.fillStyle = ink("marked");
  u.ctx.fillRect(from, top + height - 3 * uPlot.pxRatio, Math.max(to - from, 2 * uPlot.pxRatio), 3 * uPlot.pxRatio);
  u.ctx.restore();
}

/** Best and onset: an upright line each, its name above. */
function paintMarks(u, board) {
  const { left, top, width, height } = u.bbox;
  const px = uPlot.pxRatio;
  let taken = -Infinity;
  u.ctx.save();
  u.ctx.font = `${11 * px}px system-ui, sans-serif`;
  u.ctx.textBaseline = "bottom";
  u.ctx.textAlign = "left";
  for (const mark of [...board.marks].sort((a, b) => a.at - b.at)) {
    const x = across(u, board, mark.at);
    if (x < left - 1 || x > left + width + 1) continue;
    u.ctx.strokeStyle = u.ctx.fillStyle = ink(mark.kind);
    u.ctx.lineWidth = px;
    u.ctx.setLineDash([4 * px, 3 * px]);
    u.ctx.beginPath();
    u.ctx.moveTo(x, top);
    u.ctx.lineTo(x, top + height);
    u.ctx.stroke();
    const wide = u.ctx.measureText(mark.label).width;
    const start = Math.max(left, Math.min(x - wide / 2, left + width - wide), taken);
    u.ctx.fillText(mark.label, start, top - px);
    taken = start + wide + 8 * px;
  }
  u.ctx.restore();
}

/** Where values are not finite: a cross at the top, a bar as long as it lasts. */
function paintLost(u, board, curves) {
  const { left, top, width } = u.bbox;
  const px = uPlot.pxRatio;
  u.ctx.save();
  u.ctx.strokeStyle = ink("onset");
  u.ctx.fillStyle = ink("onset", 0.35);
  u.ctx.lineWidth = 1.5 * px;
  for (const [a, b] of curves.flatMap((curve) => curve.lost)) {
    const from = Math.max(left, across(u, board, a));
    const to = Math.min(left + width, across(u, board, b));
    if (to < left || from > left + width) continue;
    u.ctx.fillRect(from, top, Math.max(0, to - from), 5 * px);
    const r = 3 * px;
    const y = top + 5 * px;
    u.ctx.beginPath();
    for (const way of [-1, 1]) {
      u.ctx.moveTo(from - r, y - way * r);
      u.ctx.lineTo(from + r, y + way * r);
    }
    u.ctx.stroke();
  }
  u.ctx.restore();
}
