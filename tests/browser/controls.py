"""What of a page a person can use, by stable names, and a record of what the tests have used and what came of it.

A script goes into every page before the page's own. It knows what hears a person: buttons, links that look or act like
buttons, choices, and whatever has had a listener for clicks, keys, drops or changes added to it, vendors' drawings
included. It names each by what stays the same, and tells of every use by mouse or keyboard. Nothing of a page is marked
for it, so nothing can be forgotten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page

EVERY = "every page"  # what stands in the head of all of them
NOWHERE = "404"
PATIENCE = 50  # tenths of a second

SCRIPT = """(() => {
  if (window.top !== window) return;
  const effects = EFFECTS, HEARD = new Set(["click", "change", "input", "keydown", "pointerdown", "mousedown", "dblclick", "drop"]);
  const KINDS = `button, [role=button], [type=submit], summary, select, input[type=checkbox], input[type=radio],
    input[type=file], input[type=search], a[download], nav a, a.skip, form[role=search] input, [data-frame]`;
  const heard = new WeakSet(), dropped = new WeakSet(), add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (HEARD.has(type) && this instanceof Element && ![document.body, document.documentElement].includes(this)) heard.add(this);
    if (type === "drop" && this.id !== "docs") dropped.add(this);
    return add.call(this, type, ...rest);
  };
  const docs = (one) => one.closest("#docs");
  const known = (one) => one.matches(KINDS) || one.matches("#draft [name]:not([type=hidden])") || dropped.has(one);
  const inner = (one) => [...one.querySelectorAll("*")].some((other) => known(other) || heard.has(other)); // it hears for those in it
  const still = (one) => one.matches(".u-over") && !one.querySelector("a.point"); // a plot without links hears a hand, and does nothing
  const is = (one) => one instanceof Element && !still(one) &&
    (known(one) || (heard.has(one) && !docs(one) && one.tagName !== "FORM" && !inner(one)));
  const clean = (text) => text.split(/[.:#\\d]/)[0].replace(/-$/, "");
  const classed = (one) => `.${[...one.classList].filter((name) => !/\\d/.test(name))[0] ?? one.tagName.toLowerCase()}`;
  function own(one) {
    const tag = one.tagName.toLowerCase();
    if (docs(one)) return classed(one);
    if (tag === "button" && one.name && one.value) return `${one.name}=${clean(one.value)}`;
    if (tag === "button" && one.closest("form[method=dialog]")) return one.value || "no";
    if (tag === "summary" && one.parentElement.id) return `#${clean(one.parentElement.id)} summary`;
    if (one.closest("#draft") && /^(input|select|textarea)$/.test(tag)) return `#${clean(one.name)} ${one.type}`;
    if (one.id && clean(one.id)) return `#${clean(one.id)}`;
    const nav = one.closest("nav[aria-label]");
    const called = nav && nav.getAttribute("aria-label");
    if (tag === "a" && nav) return `nav ${called}` + (called === "Main" ? `: ${one.textContent.trim()}` : "");
    if (tag === "a" && one.download !== undefined && one.hasAttribute("download")) return "download";
    for (const [name, value] of Object.entries(one.dataset)) {
      if (name === "shortcut") continue;
      return clean(value) === value && value ? `data-${name}=${value}` : `data-${name}`;
    }
    if (tag === "a" || tag === "button" || tag === "summary") {
      const text = (one.getAttribute("aria-label") || one.textContent).replace(/[^\\w ‘’,.?-]+/g, "").replace(/\\s+/g, " ").trim();
      return text && text.length < 40 ? text : `${tag}`;
    }
    return one.name ? `${tag} ${one.name}` : tag === "form" || one.classList.length ? classed(one) : tag;
  }
  const within = "dialog[id], figure[id], form[id], #rows, #candidates, section[aria-labelledby], .chart[id], .card[id]";
  function named(one) {
    const name = own(one);
    if (name.startsWith("#") || name.startsWith("nav ") || name.startsWith("act=") || docs(one)) return name;
    const holder = one.parentElement?.closest(within);
    const where = holder && clean(holder.id || holder.getAttribute("aria-labelledby") || "").replace(/-title$/, "");
    return where ? `#${where} ${name}` : name;
  }
  const area = (one) => (one.closest("header.top, a.skip, body > .workers") ? "every page" : "");
  window.spacewrightControls = () => {
    const found = new Set();
    for (const one of document.querySelectorAll("body *")) if (is(one)) found.add(JSON.stringify([area(one), named(one)]));
    return [...found].sort().map((one) => JSON.parse(one));
  };
  const looks = (selector) => [...document.querySelectorAll(selector)].map((one) =>
    [one === document.documentElement ? [...one.attributes].map((a) => a.value).join() : one.outerHTML, one.value, one.checked, one.open,
     one.disabled, one.checkVisibility(), one === document.activeElement, one.scrollTop, one.scrollLeft].join("|")).join("\\n");
  let last = 0;
  function used(event) {
    if (event.type === "click" && !event.isTrusted) return;
    for (const one of event.composedPath()) {
      if (!is(one)) continue;
      const where = area(one), name = named(one), use = ++last, path = location.pathname;
      window.spacewrightUsed({ use, path, area: where, name });
      for (const selector of effects[name] ?? []) {
        const self = /change|input/.test(event.type) && one.matches(selector); // it looks otherwise before this is heard
        const before = self ? null : looks(selector);
        let seen = false;
        const look = (wait) => {  // ever less often: a look writes the whole element out
          if (seen) return;
          seen = looks(selector) !== before;
          if (seen) window.spacewrightUsed({ use, path, area: where, name, changed: selector });
          else if (wait < 4_000) setTimeout(look, wait, 1.6 * wait);
        };
        if (!self) add.call(window, event.type, () => look(Infinity), { once: true });  // right after: a test may leave the page
        setTimeout(look, 0, 25);
      }
    }
  }
  for (const type of ["click", "change", "input", "keydown", "mousedown", "drop"]) add.call(window, type, used, true);
})();"""


@dataclass(frozen=True)
class Driven:
    """A control, the test that uses it, and what is to be seen after it.

    `seen` is one of three: `GET /studies/new/`, a request with this method and path (`*` stands for anything); `saves *.svg`,
    a download under such a name; or a CSS selector, of what then looks otherwise than just before.
    """

    page: str
    control: str
    by: str
    seen: str

    @property
    def selector(self) -> str | None:
        return None if re.match(r"(GET|POST|PATCH|DELETE|PUT) /|saves ", self.seen) else self.seen

    def __str__(self) -> str:
        return f"{self.control!r} of the page {self.page!r}"


@dataclass
class Record:
    """What one test has used, and what came of it, in order."""

    told: list[tuple[str, ...]] = field(default_factory=list)

    def lacks(self, claim: Driven) -> str:
        """What of a claim is not so, in a sentence; none where it is."""
        uses = [at for at, one in enumerate(self.told) if one == ("used", claim.page, claim.control)]
        if not uses:
            return f"{claim.by} is said to use {claim}, and did not; is it gone, or has it another name?"
        if claim.selector is not None:
            came = ("changed", claim.page, claim.control, claim.selector) in self.told
        else:
            kind, _, pattern = claim.seen.partition(" ")
            later = [one for one in self.told[uses[0] :] if one[0] == ("saves" if kind == "saves" else "asked")]
            wanted = pattern if kind == "saves" else claim.seen
            came = any(fnmatchcase(one[1], wanted) for one in later)
        return "" if came else f"{claim.by} used {claim}, and {claim.seen!r} was not seen after it"


def page_at(path: str) -> str:
    """The name of the page at an address."""
    try:
        return resolve(path).view_name or NOWHERE
    except Resolver404:
        return NOWHERE


class Recorder:
    """Listens in every context of a browser; `record` is that of the test that runs."""

    def __init__(self, browser: Browser, claims: Iterable[Driven]) -> None:
        self.record = Record()
        effects: dict[str, set[str]] = {}
        for claim in claims:
            if claim.selector is not None:
                effects.setdefault(claim.control, set()).add(claim.selector)
        listed = {control: sorted(selectors) for control, selectors in effects.items()}
        self._script = SCRIPT.replace("EFFECTS", json.dumps(listed))
        self._browser = browser
        self._open = browser.new_context
        browser.new_context = self._opened  # type: ignore[method-assign]

    def _opened(self, **chosen: Any) -> BrowserContext:
        context = self._open(**chosen)
        context.expose_binding("spacewrightUsed", lambda _, told: self._used(told))
        context.add_init_script(self._script)
        context.on("request", lambda one: self._tell("asked", f"{one.method} {urlsplit(one.url).path}"))
        context.on("page", lambda page: page.on("download", lambda one: self._tell("saves", one.suggested_filename)))
        return context

    def lacks(self, claims: Iterable[Driven]) -> list[str]:
        """What of the claims is not so. What came of the last use may be seen a moment after the test's last line."""
        claims = list(claims)
        pages = [page for context in self._browser.contexts for page in context.pages]
        for _ in range(PATIENCE if pages else 1):
            lacks = [lack for one in claims if (lack := self.record.lacks(one))]
            if not lacks:
                break
            if pages:
                pages[0].wait_for_timeout(100)  # what the pages tell arrives meanwhile
        return lacks

    def _tell(self, *told: str) -> None:
        self.record.told.append(told)

    def _used(self, told: dict[str, str]) -> None:
        page = told["area"] or page_at(told["path"])
        if "changed" in told:
            self._tell("changed", page, told["name"], told["changed"])
        else:
            self._tell("used", page, told["name"])


def controls(page: Page) -> set[tuple[str, str]]:
    """Every control of a page as it stands, hidden ones too: page and name."""
    here = page_at(urlsplit(page.url).path)
    return {(area or here, name) for area, name in page.evaluate("window.spacewrightControls()")}
