/**
 * Old contents under present keys: opened and sealed anew as they come, a few at a time. What was committed stays done;
 * another run goes on where one was stopped. Counted is what this browser did.
 */

import type { Bytes } from "../crypto/bytes";
import { RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import type { SealedFile } from "../seals/files";
import type { FileRow } from "../seals/rows";
import { isExpected } from "../ui/texts";
import { WireError } from "../wire/http";
import { vaultApi } from "../wire/vault_api";
import { readable } from "./contents";
import { bytesOf, type OldVersion, oldContents } from "./old_contents";
import type { OpenedVault } from "./opened";
import { pictureOf } from "./origins";
import { scan } from "./scan";
import { sealInto } from "./sealing";
import { startSending } from "./sending";
import { signVersion } from "./version_change";

/** How far it is, in versions of all that were old at its beginning. */
export interface Resealing {
  /** That this browser sealed anew. */
  readonly done: number;
  /** That somebody else was quicker with: sealed anew, or deleted for good. */
  readonly others: number;
  /** Why others stayed as they were. */
  readonly failed: readonly unknown[];
  readonly of: number;
  /** Of the bytes of all of them the share that is behind us, 0 to 1. */
  readonly share: number;
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
  const allBytes = Math.max(1, bytesOf(old));
  const told = { done: 0, others: 0, failed: [] as unknown[], of: old.length, share: 0 };
  let behindBytes = 0;
  const advance = (bytes: number): void => {
    told.share = Math.min(1, (behindBytes + bytes) / allBytes);
    tell(told);
  };
  tell(told);
  for (const batch of batchesOf(old)) {
    const sent: Sent[] = [];
    for (const one of batch) {
      if (signal.aborted) break;
      const came = await tried(vault, one, signal, advance);
      if (came === "others") told.others += 1;
      else if (came instanceof Failed) told.failed.push(came.why);
      else if (came !== null) sent.push(came);
      behindBytes += one.version.manifest.payload_size;
    }
    const ours = await publish(vault, sent, told.failed);
    told.done += ours.done;
    told.others += ours.others;
    advance(0);
    if (signal.aborted) break;
  }
  return told;
}

/** Why a version stayed as it was. */
class Failed {
  readonly why: unknown;

  constructor(why: unknown) {
    this.why = why;
  }
}

/** Null when nobody wants it any more. @throws what befalls all of them. */
async function tried(
  vault: OpenedVault,
  one: OldVersion,
  signal: AbortSignal,
  advance: (bytes: number) => void,
): Promise<Sent | Failed | "others" | null> {
  if (!isStillOld(vault, one)) return "others";
  try {
    return await send(vault, one, signal, advance);
  } catch (error) {
    if (signal.aborted) return null;
    if (!isAlone(error)) throw error;
    await vault.refresh();
    return isStillOld(vault, one) ? new Failed(error) : "others";
  }
}

function isStillOld({ chain }: OpenedVault, { node, version }: OldVersion): boolean {
  const now = chain.nodes.get(node);
  if (now?.kind !== "file" || chain.isGone(node)) return false;
  return now.versions[version.manifest.version - 1]?.manifestHash === version.manifestHash;
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

async function send(
  vault: OpenedVault,
  old: OldVersion,
  signal: AbortSignal,
  advance: (bytes: number) => void,
): Promise<Sent> {
  const { node, version } = old;
  const row = await vault.rowOf(node, version);
  if (row === null) throw new RefusedError("row_unreadable", "nobody here can read the row of this version");
  const pieces = await readable(vault, { id: node, signed: version, row }, signal);
  const half = version.manifest.payload_size / 2;
  const staged = await sealInto(vault, pieces(), row.size, null, (share) => {
    signal.throwIfAborted();
    // Sending is the other half of the way.
    advance(share * half);
  });
  try {
    const onShare = (share: number): void => advance(half + share * half);
    const sending = startSending(
      vault.id,
      staged.payload,
      onShare,
      null,
      () => undefined,
      version.manifestHash,
    );
    const stop = (): void => sending.abort();
    signal.addEventListener("abort", stop);
    const upload = await sending.done.finally(() => signal.removeEventListener("abort", stop));
    return { old, row, sealed: staged.sealed, upload, picture: await pictureOf(vault, node, version) };
  } finally {
    await staged.remove().catch(() => undefined);
  }
}

/** Of those that could be sealed anew. */
interface Published {
  readonly done: number;
  readonly others: number;
}

/** Scans and commits. Why some were not published is added to `failed`. */
async function publish(vault: OpenedVault, sent: readonly Sent[], failed: unknown[]): Promise<Published> {
  if (sent.length === 0) return { done: 0, others: 0 };
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
  let done = 0;
  await vault.write(async () => {
    done = await commit(vault, good);
  });
  return { done, others: good.length - done };
}

/** Leaves out what somebody else was quicker with; how many are left. */
async function commit(vault: OpenedVault, good: readonly Sent[]): Promise<number> {
  const signed = await Promise.all(
    good.flatMap(({ old, picture, row, sealed, upload }) => {
      const before = vault.chain.nodes.get(old.node);
      if (before?.kind !== "file" || !isStillOld(vault, old)) return [];
      const { fileKey, commitment, payloadHash, payloadSize } = sealed;
      const payload = { upload, fileKey, commitment, payloadHash, payloadSize, copiedFrom: null };
      const { parent } = before;
      const replaces = old.version;
      return [signVersion(vault, { ...payload, parent, row, before, replaces, picture })];
    }),
  );
  if (signed.length === 0) return 0;
  const changes = signed.map(({ change }) => change);
  const record = await signDocument(RECORD, vault.recordFields(changes), vault.open.keys.signing);
  await vaultApi.commit(vault.id, { record: toDoc(record), files: signed.map(({ wire }) => wire), rows: [] });
  return signed.length;
}

/** Whether the other files may go on: it is about this one. */
function isAlone(error: unknown): boolean {
  if (error instanceof WireError) return ["held", "not_found"].includes(error.code);
  return isExpected(error);
}
