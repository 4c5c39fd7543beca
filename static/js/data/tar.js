// A folder as one tar, made of slices of the files: nothing is read before it is sent, and the same folder is the same bytes.

const BLOCK = 512;
const encoder = new TextEncoder();

/** A Blob with all files of [{ path, file }], in the order of their paths. */
export function tarred(found) {
  const parts = [];
  for (const { path, file } of [...found].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = encoder.encode(path);
    if (name.length > 100) {
      const record = paxed(path);
      parts.push(header(encoder.encode("pax"), record.length, "x"), record, padding(record.length));
    }
    parts.push(header(name.slice(0, 100), file.size, "0"), file, padding(file.size));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts);
}

/** The record that carries a long name: its own length is part of it. */
function paxed(path) {
  const rest = encoder.encode(` path=${path}\n`).length;
  let length = rest + String(rest).length;
  if (String(length).length !== String(rest).length) length += 1;
  return encoder.encode(`${length} path=${path}\n`);
}

/** One block: name, size and kind; no owner and no time. Sizes beyond 8 GiB are written in base 256. */
function header(name, size, kind) {
  const block = new Uint8Array(BLOCK);
  const put = (text, at) => block.set(encoder.encode(text), at);
  block.set(name, 0);
  put("0000644\0", 100);
  put("0000000\0", 108);
  put("0000000\0", 116);
  if (size < 8 ** 11) put(`${size.toString(8).padStart(11, "0")}\0`, 124);
  else for (let place = 135, left = size; place > 124; place -= 1, left = Math.floor(left / 256)) block[place] = left % 256;
  if (size >= 8 ** 11) block[124] = 128;
  put("00000000000\0", 136);
  put("        ", 148);
  put(kind, 156);
  put("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

const padding = (size) => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
