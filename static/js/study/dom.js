// Small parts that touch a document only where something changed, so that nothing flickers.

/** The element of this id. */
export const at = (id) => document.getElementById(id);

/** Give an element this text, if it has another. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Show it or not. */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** Give an element this attribute, if it has another. */
export function mark(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** A new element, with attributes, and with texts or elements in it. */
export function make(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

/**
 * Make the children of `parent` stand for `items`, in this order. One child a key: `build(item)` makes it once, `fill(child, item)`
 * brings it up to date.
 */
export function keep(parent, items, keyOf, build, fill = () => {}) {
  const known = (parent.kept ??= new Map());
  if (!known.size) parent.replaceChildren();
  const wanted = new Set(items.map((item) => String(keyOf(item))));
  for (const [key, child] of known) {
    if (wanted.has(key)) continue;
    child.remove();
    known.delete(key);
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = known.get(key);
    if (!child) known.set(key, (child = build(item)));
    fill(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}

/** Make a select offer these [value, text] pairs; what was chosen stays chosen. */
export function offer(select, options) {
  const now = JSON.stringify(options);
  if (select.offered === now) return;
  select.offered = now;
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  if (options.some(([value]) => String(value) === chosen)) select.value = chosen;
}
