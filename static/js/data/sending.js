// Files on their way: announced over REST, carried by tus, one after the other.

const PART = 8 * 2 ** 20;
const RETRIES = [0, 500, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000];

/** One upload. `hear` is told: progress(sent, all), done(upload), failed(sentence). */
export class Sending {
  #address;
  #token;
  #hear;
  #blobs = new Map();
  #current = null;
  #upload = null;
  #paused = false;
  #over = false;

  constructor(address, token, hear) {
    this.#address = address;
    this.#token = token;
    this.#hear = hear;
  }

  /** Announce [{ name, blob, split }] and begin. The same files, announced before and not finished, go on where they were. */
  async begin(asked, files) {
    for (const { name, blob, split } of files) this.#blobs.set(`${split}/${name}`, blob);
    const announced = files.map(({ name, blob, split }) => ({ name, size: blob.size, split }));
    try {
      const answer = await this.#ask(this.#address, "POST", JSON.stringify({ ...asked, files: announced }));
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.detail);
      this.#upload = said;
    } catch (error) {
      this.#fail(error instanceof TypeError ? "The studio could not be reached; try again." : error.message);
      return;
    }
    if (this.#over) {
      await this.#ask(`${this.#address}${this.#upload.id}/`, "DELETE");
      return;
    }
    this.#next(0);
  }

  get paused() {
    return this.#paused;
  }

  pause() {
    this.#paused = true;
    this.#current?.abort();
  }

  resume() {
    this.#paused = false;
    this.#current?.start();
  }

  async cancel() {
    this.#over = true;
    await this.#current?.abort();
    if (this.#upload) await this.#ask(`${this.#address}${this.#upload.id}/`, "DELETE");
  }

  #next(place) {
    const { files } = this.#upload;
    if (place === files.length) {
      this.#over = true;
      this.#hear.done(this.#upload);
      return;
    }
    const file = files[place];
    const all = files.reduce((sum, one) => sum + one.size, 0);
    const before = files.slice(0, place).reduce((sum, one) => sum + one.size, 0);
    this.#current = new window.tus.Upload(this.#blobs.get(`${file.split}/${file.name}`), {
      uploadUrl: new URL(file.url).pathname,
      chunkSize: PART,
      retryDelays: RETRIES,
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": this.#token },
      onProgress: (sent) => this.#hear.progress(before + sent, all),
      onSuccess: () => this.#next(place + 1),
      onError: (error) => this.#fail(sentence(error)),
    });
    if (!this.#paused) this.#current.start();
  }

  #fail(text) {
    if (this.#over) return;
    this.#over = true;
    this.#hear.failed(text);
  }

  #ask(address, method, body) {
    const headers = { "X-CSRFToken": this.#token, Accept: "application/json", "Content-Type": "application/json" };
    return fetch(address, { method, headers, body });
  }
}

/** What the studio said, where it said something. */
function sentence(error) {
  const answer = error.originalResponse;
  if (!answer) return "The connection broke off for too long. Choose the same files again to go on.";
  try {
    return JSON.parse(answer.getBody()).detail;
  } catch {
    return `The studio answered ${answer.getStatus()}.`;
  }
}
