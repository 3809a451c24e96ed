/**
 * Old contents under present keys: opened and sealed anew as they come, a few at a time. What was committed stays done;
 * another run goes on where one was stopped.
 */

import type { Bytes } from "../crypto/bytes";
import { RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { type SealedFile, sealContents } from "../seals/files";
import type { FileRow } from "../seals/rows";
import { isExpected } from "../ui/texts";
import { WireError } from "../wire/http";
import { vaultApi } from "../wire/vault_api";
import { readable } from "./contents";
import { type OldVersion, oldContents } from "./old_contents";
import type { OpenedVault } from "./opened";
import { fetchPictures } from "./pictures";
import { scan } from "./scan";
import { startSending } from "./sending";
import { memoryDraft, openDraft, ownId } from "./staging";
import { signVersion } from "./version_change";

/** How far it is: versions that are done, and could not be, of all; bytes likewise. */
export interface Resealing {
  readonly done: number;
  readonly failed: readonly unknown[];
  readonly of: number;
  readonly doneBytes: number;
}

interface Sent {
  readonly old: OldVersion;
  readonly row: FileRow;
  readonly sealed: SealedFile;
  readonly upload: string;
  /** Its thumbnail, if it has one. */
  readonly picture: Bytes | null;
}

const BATCH_FILES = 20;
const BATCH_BYTES = 64 << 20;

/**
 * Seals anew until all is done or `signal` says stop; tells how far it is. What fails alone stays as it was.
 * @throws IntegrityError, WireError for what befalls all of it.
 */
export async function resealAll(
  vault: OpenedVault,
  signal: AbortSignal,
  tell: (told: Resealing) => void,
): Promise<Resealing> {
  await vault.rotateIfDue();
  const old = oldContents(vault);
  let told: Resealing = { done: 0, failed: [], of: old.length, doneBytes: 0 };
  for (const batch of batchesOf(old)) {
    if (signal.aborted) break;
    const failed = [...told.failed];
    const sent: Sent[] = [];
    for (const one of batch) {
      if (signal.aborted) break;
      try {
        sent.push(await send(vault, one, signal));
      } catch (error) {
        if (signal.aborted) break;
        if (!isAlone(error)) throw error;
        failed.push(error);
      }
    }
    const done = told.done + (await publish(vault, sent, failed));
    const doneBytes = told.doneBytes + sent.reduce((sum, { sealed }) => sum + sealed.payloadSize, 0);
    told = { ...told, done, failed, doneBytes };
    tell(told);
  }
  return told;
}

/** In order, no node twice in one: a record changes a node once. */
function* batchesOf(old: readonly OldVersion[]): Generator<readonly OldVersion[], void, void> {
  let batch: OldVersion[] = [];
  let size = 0;
  for (const one of old) {
    const { payload_size } = one.version.manifest;
    const isFull = batch.length === BATCH_FILES || size + payload_size > BATCH_BYTES;
    if (batch.length > 0 && (isFull || batch.some(({ node }) => node === one.node))) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(one);
    size += payload_size;
  }
  if (batch.length > 0) yield batch;
}

async function send(vault: OpenedVault, old: OldVersion, signal: AbortSignal): Promise<Sent> {
  const { node, version } = old;
  const row = await vault.rowOf(node, version);
  if (row === null) throw new RefusedError("row_unreadable", "nobody here can read the row of this version");
  const pieces = await readable(vault, { id: node, signed: version, row }, signal);
  const draft = (await openDraft(await ownId(), version.manifest.payload_size)) ?? memoryDraft();
  try {
    const sealed = await sealContents(pieces(), (piece) => draft.write(piece));
    const payload = await draft.finish();
    const ignore = (): void => undefined;
    const sending = startSending(vault.id, payload, ignore, null, ignore, version.manifestHash);
    const stop = (): void => sending.abort();
    signal.addEventListener("abort", stop);
    const upload = await sending.done.finally(() => signal.removeEventListener("abort", stop));
    const pictures = await fetchPictures(vault, [{ node, version }]);
    return { old, row, sealed, upload, picture: pictures.get(version.manifestHash) ?? null };
  } finally {
    await draft.discard().catch(() => undefined);
  }
}

/** Scans and commits; how many are done. Why the others are not is added to `failed`. */
async function publish(vault: OpenedVault, sent: readonly Sent[], failed: unknown[]): Promise<number> {
  if (sent.length === 0) return 0;
  const failures = await scan(vault, sent);
  failed.push(...failures.values());
  const good = sent.filter((one) => {
    if (failures.has(one)) return false;
    const { commitment, payloadHash } = one.sealed;
    const isClean = vault.isKnownClean({ commitment, payload_hash: payloadHash });
    // What opens today must not come to wait for a release.
    const isOpen = isClean || vault.chain.isReleased(one.old.version);
    if (!isOpen) failed.push(new RefusedError("not_scannable", "it could be scanned before"));
    return isOpen;
  });
  await vault.write(() => commit(vault, good));
  return good.length;
}

/** Leaves out what somebody else was quicker with. */
async function commit(vault: OpenedVault, good: readonly Sent[]): Promise<void> {
  const { chain } = vault;
  const signed = await Promise.all(
    good.flatMap(({ old, picture, row, sealed, upload }) => {
      const before = chain.nodes.get(old.node);
      const { version } = old.version.manifest;
      if (before?.kind !== "file" || chain.isGone(old.node)) return [];
      if (before.versions[version - 1]?.manifestHash !== old.version.manifestHash) return [];
      const { fileKey, commitment, payloadHash, payloadSize } = sealed;
      const payload = { upload, fileKey, commitment, payloadHash, payloadSize, copiedFrom: null };
      const { parent } = before;
      const replaces = old.version;
      return [signVersion(vault, { ...payload, parent, row, before, replaces, picture })];
    }),
  );
  if (signed.length === 0) return;
  const changes = signed.map(({ change }) => change);
  const record = await signDocument(RECORD, vault.recordFields(changes), vault.open.keys.signing);
  await vaultApi.commit(vault.id, { record: toDoc(record), files: signed.map(({ wire }) => wire), rows: [] });
}

/** Whether the other files may go on: it is about this one. */
function isAlone(error: unknown): boolean {
  if (error instanceof WireError) return ["held", "not_found"].includes(error.code);
  return isExpected(error);
}
