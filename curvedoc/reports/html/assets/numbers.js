// Numbers as the other reports write them, and the round ones that axes show.

/** Three or four significant digits, integers in full: as curvedoc/wording.py does. */
function number(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size < 1e6 && (size >= 1e4 || Number.isInteger(value))) return String(Math.round(value) || 0);
  const digits = size < 0.1 ? 3 : 4;
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)));
  return `${Number(mantissa)}e${power}`;
}

/** A position on the step axis: whole ones in full. */
function stepText(value) {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : number(value);
}

/** What values are divided by so that a drawing library can reckon with them. */
function unitOf(values) {
  let most = 0;
  for (const v of values) if (v != null && Math.abs(v) > most) most = Math.abs(v);
  return most >= 1e9 || (most > 0 && most < 1e-6) ? 10 ** Math.floor(Math.log10(most)) : 1;
}

/** Round values between two others, at most about `most`: steps of 1, 2, 2.5 or 5; whole ones where asked. */
function roundTicks(low, high, most, whole) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const power = 10 ** Math.floor(Math.log10(span / most));
  const units = [1, 2, 2.5, 5, 10].map((f) => f * power);
  const by = units.find((unit) => span / unit <= most && !(whole && unit % 1)) ?? Math.max(whole ? 1 : 0, 10 * power);
  const ticks = [];
  for (let i = Math.ceil(low / by - 1e-9); i <= high / by + 1e-9 && ticks.length < 50; i++) ticks.push(i * by || 0);
  return ticks;
}

/** Ticks of an axis of logarithms: powers of ten, with 2 and 5 between where there are few. */
function logTicks(low, high, most) {
  const decades = high - low;
  if (decades < 0.7) return roundTicks(10 ** low, 10 ** high, most).filter((v) => v > 0).map(Math.log10);
  const steps = decades < most / 3 ? [1, 2, 5] : decades < most / 2 ? [1, 3] : [1];
  const stride = steps.length > 1 ? 1 : Math.max(1, Math.ceil(decades / most));
  const ticks = [];
  for (let e = Math.floor(low); e <= Math.ceil(high); e += 1)
    if (e % stride === 0) for (const f of steps) ticks.push(e + Math.log10(f));
  return ticks.filter((t) => t >= low - 1e-9 && t <= high + 1e-9);
}

/** Labels of one precision for ticks (values, not places). */
function tickLabels(values) {
  const by = values.length > 1 ? Math.abs(values[1] - values[0]) : 0;
  const most = Math.max(...values.map(Math.abs));
  if (by > 0 && by >= 1e-6 && most < 1e6 && values.every((v, i) => i < 2 || Math.abs(v - values[i - 1] - by) < by / 1e3)) {
    const places = [0, 1, 2, 3, 4, 5, 6].find((p) => Math.abs(Number(by.toFixed(p)) - by) < by * 1e-6) ?? 6;
    return values.map((v) => (Math.abs(v) < by / 1e6 ? 0 : v).toFixed(places));
  }
  return values.map(number);
}

/** The place of what lies nearest to `x` in a rising list. */
function nearest(list, x) {
  let low = 0;
  let high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] < x) low = middle;
    else high = middle;
  }
  return Math.abs(list[low] - x) <= Math.abs(list[high] - x) ? low : high;
}

/** Exponential mean without the bias of its start, as TensorBoard has it; gaps stay gaps. */
function smoothed(values, weight) {
  if (!weight) return values;
  let last = 0;
  let share = 0;
  return values.map((v) => {
    if (v == null) return null;
    last = last * weight + v * (1 - weight);
    share = share * weight + 1 - weight;
    return last / share;
  });
}
