// What a person chose or dropped, as files to send: { name, blob }.

import { tarred } from "./tar.js";

const hidden = (path) => path.split("/").some((part) => part.startsWith(".") || part === "Thumbs.db" || part === "__MACOSX");
const plain = (name) => name.replace(/[/\\]/g, "_").replace(/^[. ]+|[. ]+$/g, "");

/** Of an input for files. */
export const fromFiles = (input) => [...input.files].map((file) => ({ name: file.name, blob: file }));

/** Of an input for a folder: one archive. */
export function fromFolder(input) {
  return asArchive([...input.files].map((file) => ({ path: file.webkitRelativePath, file })));
}

/** Of a drop: files as they are, a folder as one archive. */
export async function fromDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const folders = entries.filter((entry) => entry.isDirectory);
  if (!folders.length) return [...transfer.files].map((file) => ({ name: file.name, blob: file }));
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return asArchive(folders.length === 1 && entries.length === 1 ? found : found.map((one) => ({ ...one, path: `images/${one.path}` })));
}

/** What to call data that came in these files. */
export const nameOf = (files) => files[0].name.replace(/\.(zip|tar|tgz|npz|gz|bz2|xz)$/i, "").replace(/\.tar$/i, "").replace(/-(images|labels)[-.]idx.*$/i, "").slice(0, 120);

function asArchive(found) {
  const kept = found.filter(({ path }) => !hidden(path));
  if (!kept.length) return [];
  return [{ name: `${plain(kept[0].path.split("/")[0]) || "images"}.tar`, blob: tarred(kept), count: kept.length }];
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = entry.createReader();
  for (;;) { // a reader gives a hundred at a time
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return;
    for (const inner of some) await walk(inner, found);
  }
}
