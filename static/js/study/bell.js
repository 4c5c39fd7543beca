// The bell: tells in a notification of the browser that the run has ended, while the page is open, hidden or not.

import { at, mark, say, show } from "./dom.js";

const KEPT = "bell"; // in this browser, for all studies
const BLOCKED = "This browser does not let the page notify you: allow it in the settings of the site.";
const SAYS = { finished: "The run has finished.", failed: "The run has failed.", infeasible: "The budget cannot be met.", cancelled: "The run was cancelled." };

export class Bell {
  /** `name` is the study's. */
  constructor(name) {
    this.name = name;
    this.able = "Notification" in window;
    this.rung = false;
    at("bell").addEventListener("click", () => this.turn());
  }

  get on() {
    return this.able && Notification.permission === "granted" && localStorage.getItem(KEPT) === "on";
  }

  /** Shown as long as there is an end to wait for. */
  draw(status) {
    show(at("bell"), this.able && status === "running");
    mark(at("bell"), "aria-pressed", this.on);
    say(at("bell-word"), this.on ? "Will notify" : "Notify me");
    if (status !== "running") say(at("bell-said"), "");
  }

  async turn() {
    const wanted = !this.on;
    const allowed = !wanted || (await Notification.requestPermission()) === "granted";
    localStorage.setItem(KEPT, wanted && allowed ? "on" : "off");
    say(at("bell-said"), allowed ? "" : BLOCKED);
    this.draw("running");
  }

  /** The run has ended just now. */
  ring({ run, status, reason }) {
    if (this.rung || !this.on) return;
    this.rung = true;
    try {
      const told = new Notification(`${this.name}: ${status}`, { body: reason || SAYS[status] || "", tag: run });
      told.onclick = () => {
        window.focus();
        told.close();
      };
    } catch {
      // a browser that notifies from service workers alone; the page itself says how the run ended
    }
  }
}
