/**
 * A dossier for another firm, as a ZIP archive of age files: each file is opened here and sealed anew for the recipient,
 * piece by piece, as the browser saves it (docs/formats.md, "Package for another firm").
 */

import { newFileKey, sealHeaderNatively, sealSmall } from "../crypto/age";
import { type Bytes, utf8 } from "../crypto/bytes";
import { sealedSize, sealPayload } from "../crypto/payload";
import { RefusedError } from "../seals/errors";
import { INDEX, type Listed, PAGE, recipientHash, signPackage } from "../seals/handover";
import { now } from "../ui/format";
import { vaultApi } from "../wire/vault_api";
import { readable } from "./contents";
import { freeName } from "./names";
import type { OpenedFile, OpenedVault } from "./opened";
import { isHeld } from "./row_marks";
import { give } from "./saving";
import { withContents } from "./subtree";
import { type ZipEntry, zip, zipSize } from "./zip";
import { safeName } from "./zip_names";

/** Larger ones are for `siegel`: a browser cannot go on where a lost line has stopped it. */
export const MOST_PACKED_BYTES = 2 ** 31;

/** A file of the vault with its folders and its name. */
interface Packed {
  readonly file: OpenedFile;
  readonly listed: Listed;
}

/**
 * Saves the package; the number of its files. The giving firm's log has it before the package is whole.
 * @throws RefusedError (`unreadable_here`, `held`, `too_large_here`), IntegrityError, WireError.
 */
export async function saveFor(
  vault: OpenedVault,
  recipient: string,
  progress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const packed = filesOf(vault);
  const listed = packed.map(({ listed }) => listed);
  const { envelope, hash } = await signPackage(fieldsOf(vault, recipient, listed), vault.open.keys);
  const page = await sealSmall(pageOf(listed, vault.title), [recipient]);
  const index = await sealSmall(envelope, [recipient]);
  const headerSize = (await sealHeaderNatively(newFileKey(), [recipient])).length;
  const modified = now();
  const entries = packed.map(({ file, listed: { file: path, size } }, at): Sized => {
    const read = async () => {
      progress(at, packed.length);
      return sealedFor(recipient, (await readable(vault, file, signal))());
    };
    return { path, modified, read, size: headerSize + sealedSize(size) };
  });
  const said = { package: hash, recipient: recipientHash(recipient), files: packed.length };
  const readPage = async () => {
    await vaultApi.handedOver(vault.id, said);
    return one(page);
  };
  entries.push({ path: PAGE, modified, read: readPage, size: page.length });
  entries.push({ path: INDEX, modified, read: async () => one(index), size: index.length });
  const total = zipSize(entries, ({ size }) => size);
  await give(zip(entries), safeName(`${vault.title}.zip`), total);
  return packed.length;
}

/** What the archive holds, with the bytes it will have. */
type Sized = ZipEntry & { readonly size: number };

/** The newest version of every file that is there, numbered. @throws RefusedError. */
function filesOf(vault: OpenedVault): readonly Packed[] {
  if ([...vault.unreadable.keys()].some((id) => vault.chain.isLive(id)))
    throw new RefusedError("unreadable_here", "somebody else has to pack what cannot be opened here");
  const paths = new Map<string, readonly string[]>([[vault.id, []]]);
  const taken = new Set<string>();
  const files: Packed[] = [];
  for (const { node } of withContents(vault, vault.childrenOf(vault.id))) {
    const folder = paths.get(node.parent) ?? [];
    // Where two have one name, as readers then show both.
    const name = freeName(node.row.name, (name) => taken.has(JSON.stringify([...folder, name])));
    const path = [...folder, name];
    taken.add(JSON.stringify(path));
    paths.set(node.id, path);
    if (node.kind !== "file") continue;
    if (isHeld(vault, node)) throw new RefusedError("held", "a file waits for its release");
    const { content_hash, created, modified, size, type } = node.row;
    const file = `${String(files.length + 1).padStart(4, "0")}.age`;
    files.push({ file: node, listed: { content_hash, created, file, modified, path, size, type } });
  }
  if (files.reduce((sum, { listed }) => sum + listed.size, 0) > MOST_PACKED_BYTES)
    throw new RefusedError("too_large_here", "more than a browser should pack");
  return files;
}

function fieldsOf(vault: OpenedVault, recipient: string, files: readonly Listed[]) {
  const { keys, session } = vault.open;
  return {
    created: now(),
    dossier: vault.about,
    files,
    firm: session.firm.id,
    recipient,
    recipient_of_sender: keys.recipient,
    sender: session.person.id,
    signing_key: keys.signingKey,
    vault: vault.id,
  };
}

async function sealedFor(recipient: string, pieces: AsyncIterable<Bytes>): Promise<AsyncIterable<Bytes>> {
  const fileKey = newFileKey();
  const header = await sealHeaderNatively(fileKey, [recipient]);
  return (async function* sealed() {
    yield header;
    yield* sealPayload(fileKey, pieces);
  })();
}

async function* one(bytes: Bytes): AsyncGenerator<Bytes, void, void> {
  yield bytes;
}

/** The list for people. */
function pageOf(listed: readonly Listed[], title: string): Bytes {
  const cell = (text: string) => `<td>${escaped(text)}</td>`;
  const rows = listed.map(
    ({ file, path, size }) => `<tr>${cell(file)}${cell(path.join("/"))}${cell(String(size))}</tr>\n`,
  );
  const head = `<!doctype html>\n<meta charset="utf-8"><title>${escaped(title)}</title>\n`;
  return utf8(`${head}<h1>${escaped(title)}</h1><table>\n${rows.join("")}</table>\n`);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
