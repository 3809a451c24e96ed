/** Reading a file: everything its author and the scanner signed is verified before a byte is released. */

import type { Bytes } from "../crypto/bytes";
import type { FileVersion } from "../seals/chain";
import { fromDoc, hashOf, MANIFEST, type Manifest, sameHash, verifySigned } from "../seals/documents";
import { must } from "../seals/errors";
import { fileKeyFrom, leavesOf, openContents } from "../seals/files";
import { requireClean } from "../seals/scanning";
import { fromWire } from "../wire/codec";
import { download } from "../wire/http";
import { type VersionAnswer, vaultApi } from "../wire/vault_api";
import type { OpenedFile, OpenedVault } from "./opened";

/** A file that may be read: its pieces, each verified; complete only when the iteration ends without an error. */
export type Readable = () => AsyncGenerator<Bytes, void, void>;

/** Asks for what opens the file, and verifies it. Nothing of the contents is fetched yet. @throws IntegrityError, WireError. */
export async function readable(
  vault: OpenedVault,
  file: Pick<OpenedFile, "id" | "row" | "signed">,
  signal?: AbortSignal,
): Promise<Readable> {
  const { answer, fileKey, manifest } = await fetchVersion(vault, file.id, file.signed);
  const leaves = leavesOf(answer.leaves, manifest);
  return async function* pieces() {
    const payload = await download(vaultApi.payloadPath(vault.id, file.id, manifest.version), signal);
    yield* openContents(payload, leaves, fileKey, file.row);
  };
}

/** The file, as the version that was opened, in a Blob of no particular type. @throws IntegrityError, WireError. */
export async function readFile(
  vault: OpenedVault,
  file: OpenedFile,
  onProgress: (readBytes: number) => void,
  signal?: AbortSignal,
): Promise<Blob> {
  const pieces = await readable(vault, file, signal);
  return gathered(pieces(), onProgress);
}

/**
 * A version as the server has it: its manifest the signed one, its verdict such that it may be opened, and its file key.
 * @throws IntegrityError, RefusedError (`held`), WireError.
 */
export async function fetchVersion(
  vault: OpenedVault,
  node: string,
  told: FileVersion,
): Promise<{ readonly answer: VersionAnswer; readonly fileKey: Bytes; readonly manifest: Manifest }> {
  const { version } = told.manifest;
  const answer = await vaultApi.version(vault.id, node, version);
  const sent = hashOf(fromDoc(answer.manifest).bytes);
  const signed = sameHash(sent, told.manifestHash) ? told : await sealedSince(vault, node, version);
  const { manifest } = signed;
  must(sameHash(sent, signed.manifestHash), "manifest_differs", "the server sent another manifest");
  const author = vault.certificates.person(manifest.author);
  await verifySigned(MANIFEST, fromDoc(answer.manifest), author.signing_key);
  const verdict = answer.verdict === null ? null : fromDoc(answer.verdict);
  const { chain, certificates, seeds } = vault;
  const { logIndex } = chain.originOf(signed);
  if ((await requireClean(certificates, verdict, manifest, logIndex, chain.isReleased(signed))) === "clean")
    vault.noteClean(manifest);
  const { identity } = await seeds.keysOf(manifest.epoch);
  const fileKey = await fileKeyFrom(fromWire(answer.header), identity, manifest.commitment);
  return { answer, fileKey, manifest };
}

/** The version as it stands now: somebody may have sealed it anew since the page took the news. */
async function sealedSince(vault: OpenedVault, node: string, version: number): Promise<FileVersion> {
  await vault.refresh();
  const known = vault.chain.nodes.get(node);
  const found = known?.kind === "file" ? known.versions[version - 1] : undefined;
  must(found !== undefined, "manifest_differs", "a version that the chain does not have");
  return found;
}

/** Pieces go into the browser's blob store as they come, not into the page's memory. */
export async function gathered(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onProgress: (readBytes: number) => void,
): Promise<Blob> {
  let whole = new Blob([]);
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let waitingBytes = 0;
  let readBytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    waitingBytes += piece.length;
    readBytes += piece.length;
    onProgress(readBytes);
    if (waitingBytes >= FOLD_BYTES) {
      whole = new Blob([whole, ...waiting]);
      waiting = [];
      waitingBytes = 0;
    }
  }
  return new Blob([whole, ...waiting], { type: "application/octet-stream" });
}

const FOLD_BYTES = 8 << 20;
