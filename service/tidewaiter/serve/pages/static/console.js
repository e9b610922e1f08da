// The keys of the console, and the switch between light and dark. Every page works without this script.
"use strict";
(() => {
  const stored = {
    get(name) { try { return localStorage.getItem(name); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(name, value); } catch { /* private window */ } },
  };

  // Before the page is shown, so that it does not flash.
  const THEMES = ["system", "light", "dark"];
  const theme = () => THEMES.includes(stored.get("theme")) ? stored.get("theme") : "system";
  const dress = () => {
    if (theme() === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme();
    const name = document.getElementById("theme-name");
    if (name) name.textContent = theme();
  };
  dress();

  const one = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const keysWork = () => stored.get("keys") !== "off";
  const OUTCOMES = { t: "true_match", f: "false_positive", p: "permit_verified", e: "escalated" };
  const PAGES = { q: "/queue", l: "/live", s: "/screen", n: "/names", r: "/rulebook", a: "/audit" };
  let going = 0;

  const here = () => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    return at >= 0 ? all[at] : all.find((row) => row.classList.contains("here")) || null;
  };
  const moveTo = (row) => {
    if (!row) return;
    rows().forEach((each) => each.classList.remove("here"));
    row.classList.add("here");
    const link = row.querySelector("a.open");
    link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    moveTo(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  const go = (address) => { if (address) location.assign(address); };
  const press = (key) => {
    const control = one(`[data-key="${key}"]`);
    if (control) control.click();
    return Boolean(control);
  };
  const choose = (key) => {
    const radio = one(`input[name="judgement"][data-key="${key}"]`);
    if (radio) {
      radio.checked = true;
      one("#reason").focus();
      one("#decide").scrollIntoView({ block: "nearest" });
      return true;
    }
    const row = here();
    if (row) go(`/alerts/${row.dataset.id}?outcome=${OUTCOMES[key]}`);
    return Boolean(row);
  };
  const assign = () => {
    const form = one("#assign"), row = here();
    if (!form || !row) return press("a");
    form.action = `/alerts/${row.dataset.id}/assignment`;
    form.submit();
    return true;
  };
  const help = () => {
    const dialog = one("#keys");
    if (dialog) dialog.open ? dialog.close() : dialog.showModal();
  };
  const alertPage = () => one("#alert");

  const onKey = (event) => {
    const field = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.key === "Escape" && field) { field.blur(); return; }
    if (field || event.ctrlKey || event.metaKey || event.altKey || !keysWork()) return;
    if (one("dialog[open]") && event.key !== "?") return;
    const key = event.key;
    let done = true;
    if (Date.now() - going < 1500 && PAGES[key]) go(PAGES[key]);
    else if (key === "j") alertPage() ? go(alertPage().dataset.after) : step(1);
    else if (key === "k") alertPage() ? go(alertPage().dataset.before) : step(-1);
    else if (key === "a") done = assign();
    else if (OUTCOMES[key]) done = choose(key);
    else if (key === "y" || key === "u") done = press(key);
    else if (key === "?") help();
    else if (key === "/") { const first = one("#filters input, #filters select"); if (first) first.focus(); }
    else if (key === "Enter" && here() && !event.target.closest("a, button, summary")) go(here().querySelector("a.open").href);
    else done = false;
    going = key === "g" ? Date.now() : 0;
    if (done || key === "g") event.preventDefault();
  };

  document.addEventListener("DOMContentLoaded", () => {
    dress();
    one("#theme")?.addEventListener("click", () => {
      stored.set("theme", THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
      dress();
    });
    one("#help")?.addEventListener("click", help);
    one("#keys-close")?.addEventListener("click", () => one("#keys").close());
    const works = one("#keys-on");
    if (works) {
      works.checked = keysWork();
      works.addEventListener("change", () => stored.set("keys", works.checked ? "on" : "off"));
    }
    document.addEventListener("keydown", onKey);
    if (one("input[name=judgement]:checked")) one("#reason")?.focus();
  });

  // A row that was chosen stays chosen when the live table is replaced.
  let chosen = null;
  document.addEventListener("htmx:beforeSwap", () => { const row = here(); chosen = row && row.dataset.id; });
  document.addEventListener("htmx:afterSettle", () => {
    const row = chosen && rows().find((each) => each.dataset.id === chosen);
    if (row) moveTo(row);
    chosen = null;
  });
})();
