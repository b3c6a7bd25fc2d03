// Building the page: elements and texts only, never markup, so that no name from a log can be more than a name.

const SVG = "http://www.w3.org/2000/svg";

/** A new element: "p.dim.small", its properties and its children (strings become text). */
function el(what, props, ...children) {
  const [tag, ...classes] = what.split(".");
  return filled(document.createElement(tag), classes, props, children);
}

function svg(what, props, ...children) {
  const [tag, ...classes] = what.split(".");
  return filled(document.createElementNS(SVG, tag), classes, props, children);
}

function filled(node, classes, props, children) {
  if (classes.length) node.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

function button(label, run, props) {
  return el("button", { type: "button", ...props, on: { click: run } }, label);
}

/** A button that stays down; `run` gets whether it is. */
function toggle(label, down, run, props) {
  const node = button(label, () => {
    press(node, node.getAttribute("aria-pressed") !== "true");
    run(node.getAttribute("aria-pressed") === "true");
  }, props);
  press(node, down);
  return node;
}

function press(node, down) {
  node.setAttribute("aria-pressed", String(Boolean(down)));
}

/** One of several choices, as buttons of which one is down. */
function choice(label, options, chosen, run) {
  const buttons = options.map(([value, text, props]) =>
    button(text, () => {
      buttons.forEach((each) => press(each, each === buttons[options.findIndex(([v]) => v === value)]));
      run(value);
    }, { "data-value": value, "aria-pressed": String(value === chosen), ...props }));
  return el("span.choice", { role: "group", "aria-label": label }, buttons);
}

/** A part of the page that can be folded. */
function fold(title, open, ...children) {
  return el("details.fold", { open }, el("summary", {}, title), ...children);
}

function section(title, what, ...children) {
  return el(what || "section", { "aria-label": title }, el("h2", {}, title), ...children);
}

/** Said to those who listen to the page instead of looking at it. */
function speak(text) {
  document.getElementById("spoken").textContent = text;
}

function badge(run) {
  return el(`span.badge.${run.tone}`, {}, run.label);
}

/** What a gate says, as a word in its colour. */
function standing(status) {
  return el(`span.status.${status.replace(" ", "-")}`, {}, status);
}

/** "3 runs", "1 run". */
function counted(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
