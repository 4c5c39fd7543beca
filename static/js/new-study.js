// The New study page: tells the server of every change, shows its answers beside the inputs, keeps what was opened, copies.

const form = document.getElementById("draft");
const PAUSE = 350; // ms after the last change
let waiting = 0;
let drawing = false; // the form anew: a preview now would stop that

function follow(event) {
  clearTimeout(waiting);
  if (event.target.matches("[data-redraws], #stage, #operator")) return; // these ask for themselves
  waiting = setTimeout(() => drawing || htmx.trigger(form, "draft-changed"), PAUSE);
}
form.addEventListener("input", follow);
form.addEventListener("change", follow);

form.addEventListener("htmx:beforeRequest", (event) => (drawing = event.detail.target === form));
form.addEventListener("htmx:afterRequest", (event) => event.detail.target === form && (drawing = false));

// What is wrong, beside its input.
function place() {
  const said = JSON.parse(document.getElementById("said")?.textContent || "{}");
  for (const slot of form.querySelectorAll("[data-error]")) slot.textContent = slot.id === `error-${said.path}` ? said.text : "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  const input = said.path && document.getElementById(said.path);
  if (input) {
    input.setAttribute("aria-invalid", "true");
  }
  for (let at = said.path && document.getElementById(`error-${said.path}`); at && at !== form; at = at.parentElement)
    if (at.tagName === "DETAILS") at.open = true;
}

// What was moved, added or taken away keeps the keyboard: these take the focus when the form stands again, the first that can.
function next(act) {
  const [, table, name, path, number] = /^(row-)?(\w+):?(.*?)\.?(\d+)?$/.exec(act) || [];
  const at = (verb, place) => `act-${table || ""}${verb}:${path ? `${path}.` : ""}${place}`;
  const to = Number(number) + (name === "up" ? -1 : 1);
  if (name === "up" || name === "down") return [at(name, to), at(name === "up" ? "down" : "up", to)];
  if (name === "remove") return [at(name, number), at(name, number - 1), table ? `act-row-add:${path}` : "act-add"];
  return name === "add" || name === "own" || name === "operator" ? [`act-${act}`] : [];
}
let wanted = [];

// What somebody opened stays open when the form or the panel is drawn again.
let opened = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  const act = event.detail.requestConfig.elt.value ?? "";
  if (event.detail.target === form) wanted = next(act);
  const moved = /^(up|down|remove):/.test(act); // stages have other numbers now
  opened = [...form.querySelectorAll("details[open]")].map((one) => one.id);
  if (moved) opened = opened.filter((id) => !/^(settings-|more-pipeline)/.test(id));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
});
document.addEventListener("htmx:afterSettle", (event) => {
  wanted.map((id) => document.getElementById(id)).find((one) => one && !one.disabled)?.focus(); // before, it has what the old one was given
  wanted = [];
  if (form.contains(event.target) || event.target === form) place();
});
place();

async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text }); // a page that is not served securely
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
form.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await copied(document.getElementById(button.dataset.copy).textContent);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
});
