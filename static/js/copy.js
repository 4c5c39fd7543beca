// A button with `data-copies` copies what stands in the input of that id.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copies);
  input.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(input.value);
  else document.execCommand("copy"); // a page that is not served securely
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1_500);
});
