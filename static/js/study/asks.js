// Pause, resume, finish now, cancel, retry, without leaving the page; and a question before what cannot be taken back.

import { at, say, show } from "./dom.js";

/** Let the buttons work. `api` is the address of the run. */
export function followAsks(api) {
  for (const button of document.querySelectorAll("#actions button:not([data-opens])")) button.addEventListener("click", (event) => asked(event, api));
}

/** Show the buttons that fit. The focus stays among them. */
export function drawAsks(shown) {
  const buttons = [...document.querySelectorAll("#asks button")];
  const focused = buttons.includes(document.activeElement);
  for (const button of buttons) show(button, button.dataset.when.split(" ").includes(shown));
  if (focused && document.activeElement?.hidden !== false) buttons.find((button) => !button.hidden)?.focus();
}

async function asked(event, api) {
  const button = event.currentTarget;
  const form = button.form;
  event.preventDefault();
  if (button.dataset.asks && !(await agreed(at(button.dataset.asks)))) return;
  if (button.name !== "ask") {
    form.requestSubmit();
    return;
  }
  const done = await send(`${api}${button.value}/`, form);
  if (done && "reloads" in button.dataset) location.reload(); // the page of a run that was over follows nothing
}

/** Ask, and wait for the answer. Escape is no. */
function agreed(dialog) {
  return new Promise((answer) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}

/** Whether it was done; what was refused is said. */
async function send(address, form) {
  const token = form.elements.csrfmiddlewaretoken.value;
  let said = "";
  try {
    const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" } });
    if (!answer.ok) said = (await answer.json().catch(() => ({}))).detail ?? `The studio answered ${answer.status}.`;
  } catch {
    said = "The studio could not be reached; try again.";
  }
  say(at("refused"), said);
  show(at("refused"), said !== "");
  return said === "";
}
