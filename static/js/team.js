// The page of a team: dialogs before what cannot be taken back, and the link of an invitation to copy.

import "./dialogs.js";

document.querySelector("[data-copy]")?.addEventListener("click", async (event) => {
  const button = event.currentTarget;
  const link = document.getElementById(button.dataset.copy);
  getSelection().selectAllChildren(link); // a page that is not served securely has no clipboard: there it is copied by hand
  if (!navigator.clipboard) return;
  await navigator.clipboard.writeText(link.textContent);
  button.textContent = "Copied";
});
