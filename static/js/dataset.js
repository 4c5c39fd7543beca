// The page of one data set: a question before what cannot be taken back; "Go on" leads to where files are chosen.

import { followAsks } from "./study/asks.js";

followAsks("");

document.body.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-again]");
  if (button) location.assign(`${button.dataset.at}#${button.dataset.again}`);
});
