// The Data page: files are chosen or dropped, and sent; a broken upload goes on with the same files.

import { fromDrop, fromFiles, fromFolder, nameOf } from "./data/chosen.js";
import { Sending } from "./data/sending.js";
import { percent, short } from "./figures.js";
import { at, say, show } from "./study/dom.js";

const facts = JSON.parse(at("facts").textContent);
const form = at("bring");
const token = form.elements.csrfmiddlewaretoken.value;
let train = [];
let named = false; // the person wrote a name
let sending = null;

at("train-files").addEventListener("change", () => choose(fromFiles(at("train-files"))));
at("train-folder").addEventListener("change", () => choose(fromFolder(at("train-folder"))));
for (const button of document.querySelectorAll("[data-opens]")) button.addEventListener("click", () => at(button.dataset.opens).click());
at("name").addEventListener("input", () => { named = at("name").value !== ""; });
at("pause").addEventListener("click", pause);
at("stop").addEventListener("click", stop);
form.addEventListener("submit", send);
window.addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

for (const kind of ["dragover", "dragenter"]) at("drop").addEventListener(kind, (event) => over(event, true));
at("drop").addEventListener("dragleave", (event) => over(event, false));
at("drop").addEventListener("drop", async (event) => {
  over(event, false);
  choose(await fromDrop(event.dataTransfer));
});

/** "Go on": the name of an upload that broke off, then its files. */
document.body.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-again]");
  if (button) again(button);
});
const awaited = location.hash.slice(1); // its page led here
if (awaited) again(document.querySelector(`[data-again="${CSS.escape(awaited)}"]`));

function again(button) {
  if (!button || sending) return;
  at("name").value = button.dataset.name;
  at("team").value = button.dataset.team;
  at("side").value = button.dataset.side;
  named = true;
  say(at("train-chosen"), "Choose the same files again: what has arrived is not sent twice.");
  at("bring").scrollIntoView({ block: "center" });
  document.querySelector("[data-opens]").focus();
}

function over(event, inside) {
  event.preventDefault();
  at("drop").classList.toggle("over", inside && !sending);
}

function choose(files) {
  if (sending) return;
  train = files;
  show(at("refused"), false);
  at("send").disabled = !files.length;
  if (!files.length) {
    say(at("train-chosen"), "There is no file in it.");
    return;
  }
  const size = files.reduce((sum, { blob }) => sum + blob.size, 0);
  const inside = files[0].count ? `, ${short(files[0].count)} files` : "";
  say(at("train-chosen"), `${files.map(({ name }) => name).join(", ")} (${short(size)}B${inside})`);
  if (!named) at("name").value = nameOf(files);
}

function send(event) {
  event.preventDefault();
  if (sending || !train.length) return;
  const files = [
    ...train.map((one) => ({ ...one, split: "train" })),
    ...fromFiles(at("test-files")).map((one) => ({ ...one, split: "test" })),
  ];
  const side = Number(at("side").value) || null;
  sending = new Sending(facts.uploads, token, { progress, done, failed });
  drawn();
  progress(0, 1);
  sending.begin({ name: at("name").value, team: at("team").value, side }, files).then(listed);
}

function progress(sent, all) {
  at("sending").value = (100 * sent) / all;
  say(at("sent"), all > 1 ? `${percent(sent / all)} sent, ${short(sent)}B of ${short(all)}B` : "");
}

function done(upload) {
  sending = null;
  window.location.assign(facts.dataset.replace("ID", upload.dataset));
}

function failed(text) {
  sending = null;
  say(at("refused"), text);
  show(at("refused"), true);
  drawn();
  listed();
}

function pause() {
  if (sending.paused) sending.resume();
  else sending.pause();
  say(at("pause"), sending.paused ? "Resume" : "Pause");
}

async function stop() {
  const stopped = sending;
  sending = null;
  drawn();
  say(at("sent"), "");
  await stopped.cancel();
  listed();
}

/** The buttons that fit. */
function drawn() {
  const busy = sending !== null;
  show(at("send"), !busy);
  show(at("pause"), busy);
  show(at("stop"), busy);
  show(at("sending"), busy);
  say(at("pause"), "Pause");
  for (const name of ["name", "team", "side", "test-files"]) at(name).disabled = busy;
  for (const button of document.querySelectorAll("[data-opens]")) button.disabled = busy;
}

/** The list shows it at once. */
function listed() {
  document.body.dispatchEvent(new Event("uploaded"));
}
