/**
 * Sealed payloads on their way, in the browser's own file system (OPFS): an upload goes on after the page was reloaded.
 *
 * Beside each payload lies a record, itself sealed under the vault's row key: what the file is called, and its file key in
 * an age header to the vault. Nothing here opens without the vault, and all of it goes with the sign-out.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { type Bytes, concat, join, randomBytes, utf8 } from "../crypto/bytes";
import { forgetOne, keep, recall, recallKeys } from "../keyring/store";
import { fileKeyFrom, headerNativelyFor, type SealedFile } from "../seals/files";
import { newId } from "../seals/ids";
import type { Place } from "./new_folders";
import { noteOf, setNote } from "./notes";
import type { OpenedVault } from "./opened";

/** What a commit needs to know of a file besides its contents. */
export interface FileFacts {
  readonly size: number;
  readonly lastModified: number;
  readonly type: string;
  /** Epoch seconds, of files out of another vault or firm; null and absent: nobody said. */
  readonly created?: number | null;
}

/** A file that is under way, wherever its payload lies. */
export interface Staged {
  readonly sealed: SealedFile;
  readonly payload: Blob;
  /** Where the server takes it; null before it was asked. */
  readonly uploadUrl: string | null;
  noteUrl(url: string): Promise<void>;
  /** It arrived, or nobody wants it any more. */
  remove(): Promise<void>;
}

/** Found again after the page was left. */
export interface Found extends Place {
  readonly name: string;
  readonly file: FileFacts;
  readonly staged: Staged;
}

interface Entry extends Place {
  readonly name: string;
  readonly file: FileFacts;
  readonly note?: string;
  readonly sealed: Omit<SealedFile, "fileKey">;
  /** age header to the epoch's recipient, b64. */
  readonly header: string;
  readonly uploadUrl: string | null;
}

interface Kept {
  readonly person: string;
  readonly vault: string;
  readonly epoch: number;
  readonly time: number;
  readonly sealed: Bytes;
}

const FOLDER = "staging";
const PREFIX = "staging:";
const LOCK = "siegel-staging:";
/** The server keeps an upload no longer. */
const LIFE_MS = 24 * 3600 * 1000;
/** Smaller files are chosen again sooner than resumed. */
export const WORTH_STAGING_BYTES = 4 << 20;
/** Written at a time: shorter pieces take longer than the cipher. */
const WRITE_BYTES = 1 << 20;

/** A payload being written. */
export interface Draft {
  write(piece: Bytes): Promise<void>;
  /** The payload, readable until `Staged.remove`. */
  finish(): Promise<Blob>;
  discard(): Promise<void>;
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** A draft in the browser's file system; null where there is none, or no room. */
export async function openDraft(id: string, sizeBytes: number): Promise<Draft | null> {
  if (sizeBytes < WORTH_STAGING_BYTES) return null;
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (quota - usage < 1.1 * sizeBytes) return null;
    const place = await folder();
    const handle = await place.getFileHandle(id, { create: true });
    return draftIn(place, handle, await handle.createWritable());
  } catch (error) {
    // No such file system, or not in this window: memory is the other way.
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}

function draftIn(
  place: FileSystemDirectoryHandle,
  handle: FileSystemFileHandle,
  writable: FileSystemWritableFileStream,
): Draft {
  let waiting: Bytes[] = [];
  let waitingBytes = 0;
  const flush = async (): Promise<void> => {
    const whole = concat(...waiting);
    waiting = [];
    waitingBytes = 0;
    await writable.write(whole);
  };
  return {
    async write(piece) {
      waiting.push(piece);
      waitingBytes += piece.length;
      if (waitingBytes >= WRITE_BYTES) await flush();
    },
    async finish() {
      await flush();
      await writable.close();
      return handle.getFile();
    },
    async discard() {
      await writable.abort();
      await place.removeEntry(handle.name);
    },
  };
}

/** A draft in memory, from where the browser may move it to its disk. */
export function memoryDraft(): Draft {
  let pieces: Bytes[] = [];
  let whole = new Blob([]);
  return {
    async write(piece) {
      pieces.push(piece);
      if (pieces.length >= 16) whole = new Blob([whole, ...pieces.splice(0)]);
    },
    finish: async () => new Blob([whole, ...pieces]),
    async discard() {
      pieces = [];
    },
  };
}

/** A payload in memory: gone with the page. */
export function inMemory(sealed: SealedFile, payload: Blob): Staged {
  return stagedOf(
    sealed,
    payload,
    null,
    async () => undefined,
    async () => undefined,
  );
}

/** A payload in the browser's file system that nobody remembers: gone with the page, too. */
export function onlyHere(id: string, sealed: SealedFile, payload: Blob): Staged {
  return stagedOf(
    sealed,
    payload,
    null,
    async () => undefined,
    () => removeStaged(id),
  );
}

/** Keeps what is needed to go on with a finished draft after the page was left. */
export async function stage(
  vault: OpenedVault,
  id: string,
  about: Place & { readonly name: string; readonly file: FileFacts },
  sealed: SealedFile,
  payload: Blob,
): Promise<Staged> {
  const { epoch } = vault.chain.epoch;
  const { recipient } = await vault.seeds.keysOf(epoch);
  const header = toBase64url(await headerNativelyFor(sealed.fileKey, recipient));
  const { folder, path, name } = about;
  const { size, lastModified, type, created = null } = about.file;
  const { fileKey: _, ...rest } = sealed;
  const entry: Entry = {
    folder,
    path,
    name,
    file: { size, lastModified, type, created },
    ...noteOf(about.file),
    sealed: rest,
    header,
    uploadUrl: null,
  };
  await keepEntry(vault, id, epoch, entry);
  return onDisk(vault, id, epoch, entry, sealed, payload);
}

function onDisk(
  vault: OpenedVault,
  id: string,
  epoch: number,
  entry: Entry,
  sealed: SealedFile,
  payload: Blob,
): Staged {
  const note = (uploadUrl: string): Promise<void> => keepEntry(vault, id, epoch, { ...entry, uploadUrl });
  return stagedOf(sealed, payload, entry.uploadUrl, note, () => removeStaged(id));
}

/** `note` is called with each new address. */
function stagedOf(
  sealed: SealedFile,
  payload: Blob,
  begunUrl: string | null,
  note: (url: string) => Promise<void>,
  remove: () => Promise<void>,
): Staged {
  let uploadUrl = begunUrl;
  return {
    sealed,
    payload,
    get uploadUrl() {
      return uploadUrl;
    },
    async noteUrl(url) {
      if (url === uploadUrl) return;
      uploadUrl = url;
      await note(url);
    },
    remove,
  };
}

function associated(vault: OpenedVault, id: string, epoch: number): Bytes {
  return join("staging", vault.chain.firm, vault.id, vault.open.session.person.id, id, String(epoch));
}

async function keepEntry(vault: OpenedVault, id: string, epoch: number, entry: Entry): Promise<void> {
  const { rowKey } = await vault.seeds.keysOf(epoch);
  const iv = randomBytes(12);
  const parameters = { name: "AES-GCM", iv, additionalData: associated(vault, id, epoch) };
  const box = await crypto.subtle.encrypt(parameters, rowKey, utf8(JSON.stringify(entry)));
  const sealed = concat(iv, new Uint8Array(box));
  const person = vault.open.session.person.id;
  await keep(PREFIX + id, { person, vault: vault.id, epoch, time: Date.now(), sealed } satisfies Kept);
}

async function removeStaged(id: string): Promise<void> {
  await forgetOne(PREFIX + id);
  await (await folder()).removeEntry(id).catch(() => undefined);
}

/** An id for a draft; other tabs of this browser leave it alone for as long as this page is open. */
export async function ownId(): Promise<string> {
  const id = newId();
  await hold(id);
  return id;
}

/** False when another tab has it. */
async function hold(id: string): Promise<boolean> {
  if (!("locks" in navigator)) return true;
  return new Promise((resolve) => {
    void navigator.locks.request(LOCK + id, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => undefined);
    });
  });
}

/** What this person left unfinished in this vault. What is too old, another person's or not to be opened is removed. */
export async function findStaged(vault: OpenedVault): Promise<readonly Found[]> {
  if (!("getDirectory" in (navigator.storage ?? {}))) return [];
  const records = (await recallKeys())
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length));
  const place = await folder();
  await removeStrays(place, new Set(records));
  const found: Found[] = [];
  for (const id of records) {
    const kept = await recall<Kept>(PREFIX + id);
    if (kept === undefined) continue;
    const isOurs = kept.person === vault.open.session.person.id && Date.now() - kept.time < LIFE_MS;
    if (isOurs && kept.vault !== vault.id) continue;
    if (!(await hold(id))) continue;
    const opened = isOurs ? await openKept(vault, id, kept, place).catch(() => null) : null;
    if (opened === null) await removeStaged(id);
    else found.push(opened);
  }
  return found;
}

/** Drafts of pages that were left while they were still sealing. */
async function removeStrays(place: FileSystemDirectoryHandle, known: ReadonlySet<string>): Promise<void> {
  const names: string[] = [];
  for await (const name of place.keys()) names.push(name);
  for (const name of names) {
    if (known.has(name) || name.endsWith(".crswap")) continue;
    if (await hold(name)) await place.removeEntry(name).catch(() => undefined);
  }
}

async function openKept(
  vault: OpenedVault,
  id: string,
  { epoch, sealed: box }: Kept,
  place: FileSystemDirectoryHandle,
): Promise<Found> {
  const { rowKey, identity } = await vault.seeds.keysOf(epoch);
  const parameters = { name: "AES-GCM", iv: box.slice(0, 12), additionalData: associated(vault, id, epoch) };
  const opened = await crypto.subtle.decrypt(parameters, rowKey, box.slice(12));
  const entry = JSON.parse(new TextDecoder().decode(opened)) as Entry;
  const fileKey = await fileKeyFrom(fromBase64url(entry.header), identity, entry.sealed.commitment);
  const payload = await (await place.getFileHandle(id)).getFile();
  if (payload.size !== entry.sealed.payloadSize) throw new RangeError("the payload is not whole");
  const sealed = { ...entry.sealed, fileKey };
  const { folder, path, name, file, note = "" } = entry;
  setNote(file, note);
  return { folder, path, name, file, staged: onDisk(vault, id, epoch, entry, sealed, payload) };
}
