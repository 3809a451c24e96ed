/**
 * A package of another firm: all of it is opened and compared with the signed list before its first file is taken in.
 * What is there already, with the same contents, is left out: so the same once more goes on where it was stopped.
 */

import { openHeaderNatively, openSmall } from "../crypto/age";
import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { CryptoError, NoMatchError } from "../crypto/errors";
import { MAX_HEADER_SIZE, splitFile } from "../crypto/header";
import { SegmentTree } from "../crypto/merkle";
import { openPayload } from "../crypto/payload";
import { pieces, readAll, type Source, takeFirst } from "../crypto/source";
import { sameHash } from "../seals/documents";
import { IntegrityError, RefusedError } from "../seals/errors";
import { INDEX, type Listed, type Package, readPackage } from "../seals/handover";
import { isExpected, problemText } from "../ui/texts";
import { vaultApi } from "../wire/vault_api";
import { gathered } from "./contents";
import type { OpenedVault } from "./opened";
import { MOST_PACKED_BYTES } from "./pack";
import { zipMembers } from "./unzip";
import { Uploads } from "./upload";
import type { UploadItem } from "./upload_item";

/** Sealed files by their names in the package. */
type Sealed = ReadonlyMap<string, { readonly size: number; readonly open: () => Promise<Source> }>;

export interface Given {
  readonly fields: Package;
  readonly hash: string;
  /** kid of who signed the list: its words are compared. */
  readonly sender: string;
  readonly sealed: Sealed;
}

/** How far it is: first all is verified, then taken in. */
type Progress = (step: "check" | "take", done: number, all: number) => void;

const MAX_INDEX_BYTES = 64 << 20;
/** So much is open at a time, and in the browser's blob store only. */
const GROUP = { files: 100, bytes: 64 << 20 };

/**
 * The list of what was chosen: one archive, or all files of a package's folder.
 * @throws RefusedError (`package_incomplete`, `package_foreign`, `package_damaged`, `not_a_zip`, `too_large_here`).
 */
export async function givenBy(files: readonly File[], vault: OpenedVault): Promise<Given> {
  const sealed = await sealedIn(files);
  const index = sealed.get(INDEX);
  if (index === undefined) throw new RefusedError("package_incomplete", "no list");
  if (index.size > MAX_INDEX_BYTES) throw new RefusedError("package_damaged", "the list is too long");
  const { identity, recipient } = vault.open.keys;
  const given = await asDamaged(async () => {
    const envelope = await openSmall(await readAll(await index.open()), identity);
    return readPackage(envelope, recipient);
  });
  const sizeBytes = given.fields.files.reduce((sum, { size }) => sum + size, 0);
  if (sizeBytes > MOST_PACKED_BYTES)
    throw new RefusedError("too_large_here", "more than a browser should take in");
  return { ...given, sealed };
}

async function sealedIn(files: readonly File[]): Promise<Sealed> {
  const [first] = files;
  if (files.length === 1 && first !== undefined && first.name.toLowerCase().endsWith(".zip"))
    return zipMembers(first);
  return new Map(files.map((file) => [file.name, { size: file.size, open: async () => file }]));
}

/** What somebody else sealed, or altered, is the package's fault and not our server's. */
async function asDamaged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoMatchError) throw new RefusedError("package_foreign", "sealed for somebody else");
    const isDamage =
      error instanceof CryptoError || error instanceof IntegrityError || error instanceof TypeError;
    throw isDamage ? new RefusedError("package_damaged", error.message) : error;
  }
}

/**
 * Takes all of it into a folder; why files were refused, by their paths. The log has it at the end.
 * @throws RefusedError (`package_…`, `name_taken`), before anything was taken in; IntegrityError, WireError.
 */
export async function takeIn(
  vault: OpenedVault,
  folder: string,
  given: Given,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { files } = given.fields;
  const missing = files.filter((one) => !isThere(vault, folder, one));
  const { identity } = vault.open.keys;
  for (const [at, one] of files.entries()) {
    progress("check", at, files.length);
    signal.throwIfAborted();
    await asDamaged(() => verified(given.sealed, one, identity));
  }
  const refused: string[] = [];
  for (const group of groupsOf(missing)) {
    progress("take", missing.indexOf(group[0] as Listed), missing.length);
    signal.throwIfAborted();
    refused.push(...(await taken(vault, folder, given.sealed, group)));
  }
  const said = { package: given.hash, sender: given.sender, files: files.length - refused.length };
  await vaultApi.takenIn(vault.id, said);
  return refused;
}

/** @throws RefusedError (`name_taken`) where something else has the name. */
function isThere(vault: OpenedVault, folder: string, { path, content_hash }: Listed): boolean {
  let at = folder;
  for (const [depth, name] of path.entries()) {
    const found = vault.fileNamed(at, name);
    if (found === undefined) return false;
    const isFile = depth === path.length - 1;
    const isSame = found.kind === "file" && sameHash(found.row.content_hash, content_hash);
    if ((found.kind === "file") !== isFile || (isFile && !isSame))
      throw new RefusedError("takein_taken", "something else lies there");
    at = found.id;
  }
  return true;
}

async function verified(sealed: Sealed, one: Listed, identity: string): Promise<void> {
  for await (const _piece of await opened(sealed, one, identity));
}

/** The plaintext; at its end it must be what the list says. @throws RefusedError, CryptoError. */
async function opened(
  sealed: Sealed,
  one: Listed,
  identity: string,
): Promise<AsyncGenerator<Bytes, void, void>> {
  const member = sealed.get(one.file);
  if (member === undefined) throw new RefusedError("package_incomplete", `${one.file} is missing`);
  const { first, rest } = await takeFirst(await member.open(), MAX_HEADER_SIZE);
  const { header, payload } = splitFile(first);
  const fileKey = await openHeaderNatively(header, identity);
  return compared(openPayload(fileKey, joined(payload, rest)), one);
}

async function* joined(first: Uint8Array, rest: Source): AsyncGenerator<Uint8Array, void, void> {
  yield first;
  yield* pieces(rest);
}

async function* compared(
  plain: AsyncIterable<Bytes>,
  { file, size, content_hash }: Listed,
): AsyncGenerator<Bytes, void, void> {
  const tree = new SegmentTree();
  for await (const piece of plain) {
    await tree.update(piece);
    yield piece;
  }
  if (tree.size !== size || !sameHash(toBase64url(await tree.root()), content_hash))
    throw new RefusedError("package_damaged", `${file} is another file than the listed one`);
}

function* groupsOf(files: readonly Listed[]): Generator<readonly Listed[], void, void> {
  let group: Listed[] = [];
  let bytes = 0;
  for (const one of files) {
    if (group.length > 0 && (group.length === GROUP.files || bytes + one.size > GROUP.bytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(one);
    bytes += one.size;
  }
  if (group.length > 0) yield group;
}

/** Uploaded as any other file: sealed for this vault, and scanned here. */
async function taken(
  vault: OpenedVault,
  folder: string,
  sealed: Sealed,
  group: readonly Listed[],
): Promise<readonly string[]> {
  const { identity } = vault.open.keys;
  const picked = [];
  for (const one of group) {
    const contents = await gathered(await opened(sealed, one, identity), () => undefined);
    const name = one.path.at(-1) ?? "";
    const lastModified = one.modified === null ? -1 : one.modified * 1000;
    picked.push({
      file: new File([contents], name, { type: one.type, lastModified }),
      path: one.path.slice(0, -1),
    });
  }
  const items = await settled(vault, folder, picked);
  const broken = items.find(
    ({ problem }) => problem !== null && (vault.broken !== null || !isExpected(problem)),
  );
  if (broken?.problem) throw vault.broken ?? broken.problem;
  return items.flatMap(({ name, path, problem }) =>
    problem === null ? [] : `${[...path, name].join("/")} (${problemText(problem).title})`,
  );
}

function settled(
  vault: OpenedVault,
  folder: string,
  files: readonly { file: File; path: readonly string[] }[],
): Promise<readonly UploadItem[]> {
  return new Promise((resolve) => {
    const ended = new Map<number, UploadItem>();
    const uploads = new Uploads(vault, (item) => {
      if (item.stage === "done" || item.stage === "refused") ended.set(item.id, item);
      if (ended.size === files.length) resolve([...ended.values()]);
    });
    uploads.add({ files }, folder);
  });
}
