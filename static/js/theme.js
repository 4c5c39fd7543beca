// Light, dark, or as the system says. Runs before the page is drawn, so that nothing flashes.

const KEY = "theme";
const kept = localStorage.getItem(KEY);
if (kept) document.documentElement.dataset.theme = kept;

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem(KEY, next);
  document.dispatchEvent(new CustomEvent("theme"));
});
