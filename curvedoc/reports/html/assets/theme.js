// Light and dark: as the system has it until the switch says otherwise. Paper is always light.

const wantsDark = matchMedia("(prefers-color-scheme: dark)");
const theme = { chosen: null, paper: false, listeners: new Set() };

function themeNow() {
  return theme.paper ? "light" : theme.chosen ?? (wantsDark.matches ? "dark" : "light");
}

function applyTheme() {
  document.documentElement.dataset.theme = themeNow();
  inks.clear();
  theme.listeners.forEach((listener) => listener());
}

const inks = new Map();

/** A colour of the style sheet as a canvas takes it; `alpha` makes it transparent. */
function ink(name, alpha) {
  const key = `${name}/${alpha ?? 1}`;
  if (!inks.has(key)) {
    const color = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    inks.set(key, alpha == null ? color : `${color}${Math.round(alpha * 255).toString(16).padStart(2, "0")}`);
  }
  return inks.get(key);
}

function themeSwitch() {
  const node = button("", () => {
    theme.chosen = themeNow() === "dark" ? "light" : "dark";
    applyTheme();
  }, { id: "theme" });
  const label = () => {
    node.textContent = themeNow() === "dark" ? "Light" : "Dark";
    node.setAttribute("aria-label", `Switch to ${node.textContent.toLowerCase()} colours`);
  };
  theme.listeners.add(label);
  label();
  return node;
}

wantsDark.addEventListener("change", applyTheme);
