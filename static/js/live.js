// The live run: one socket that is kept open. Every fact is handed on once, in order, without a gap; see docs/live.md.

const ASK = 10_000; // a message that was lost on the way is so late, and no more
const SILENCE = 12_000; // the server says something every five seconds at least: an open socket that says nothing for so long is dead
const WATCH = 2_000; // how often that is looked at
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
export const GONE = "This run is no longer there.";
const FINAL = { 4400: "This page is too old: load it again.", 4401: "Log in again to go on.", 4403: "You may no longer see this run.", 4404: GONE };

/**
 * Follows a run from fact `seq` on. `hear` is told: `events(list)`, `gauge(one)`, `gauges(list, holdup)`, and
 * `link(word, text)`: "live", "connecting", or "ended" with what to do.
 */
export class Live {
  constructor(address, seq, hear) {
    this.address = address.replace(/^\//, `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/`);
    this.seq = seq;
    this.hear = hear;
    this.pause = FIRST_PAUSE;
    this.over = false;
    this.heard = 0;
    this.timers = { ask: setInterval(() => this.ask(), ASK), watch: setInterval(() => this.watch(), WATCH), again: 0 };
    this.wake = () => document.visibilityState === "visible" && this.woken();
    this.lost = () => this.dropped();
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    addEventListener("pageshow", this.wake);
    addEventListener("offline", this.lost);
    this.connect();
  }

  /** Stop for good: the run is over, or the page is left. */
  close() {
    this.over = true;
    clearInterval(this.timers.ask);
    clearInterval(this.timers.watch);
    clearTimeout(this.timers.again);
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
    removeEventListener("pageshow", this.wake);
    removeEventListener("offline", this.lost);
    this.forget()?.close();
  }

  connect() {
    clearTimeout(this.timers.again);
    if (this.over) return;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    this.heard = Date.now();
    socket.onopen = () => this.ask(); // what came since our own number; the snapshot that comes too tells us nothing new
    socket.onmessage = (message) => this.receive(JSON.parse(message.data));
    socket.onclose = (closed) => this.closed(closed.code);
  }

  closed(code) {
    this.forget();
    if (this.over) return;
    if (FINAL[code]) {
      this.close();
      this.hear.link("ended", FINAL[code]);
      return;
    }
    this.hear.link("connecting", "");
    this.timers.again = setTimeout(() => this.connect(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 1.7, LONGEST_PAUSE);
  }

  /** The socket, which is ours no longer: what it still says is not heard. */
  forget() {
    const socket = this.socket;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    this.socket = null;
    return socket;
  }

  dropped() {
    if (!this.socket) return;
    this.socket.close();
    this.closed(0);
  }

  woken() {
    if (this.over) return;
    if (this.socket) this.ask();
    else {
      this.pause = FIRST_PAUSE;
      this.connect();
    }
  }

  ask() {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ since: this.seq }));
  }

  watch() {
    if (Date.now() - this.heard > SILENCE) this.dropped();
  }

  receive(message) {
    this.heard = Date.now();
    this.pause = FIRST_PAUSE;
    this.hear.link("live", "");
    if (message.type === "gauge") this.hear.gauge(message.gauge);
    else if (message.type === "gauges") this.hear.gauges(message.works, message.holdup);
    else if (message.type === "events") this.take(message.events);
  }

  take(events) {
    const fresh = events.filter((event) => event.seq > this.seq);
    if (!fresh.length) return;
    if (fresh[0].seq !== this.seq + 1) {
      this.ask(); // a gap: all of it comes again
      return;
    }
    this.seq = fresh.at(-1).seq;
    this.hear.events(fresh);
  }
}
