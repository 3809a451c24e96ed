/**
 * Replayed vaults, kept in this browser until the sign-out (ADR 0026): boxes in IndexedDB, sealed under a key that only this
 * browser with a live session has. What does not open, or is not whole, is thrown away: the vault is then replayed anew.
 */

import { toBase64url } from "../crypto/base64";
import { join, randomBytes, utf8 } from "../crypto/bytes";
import type { Head } from "../seals/entries";
import { type Open, replayKey } from "./keyring";
import { forgetOne, forgetPrefix, keep, recall, recallAll } from "./store";

const LABEL = "siegel-replayed@v1";
/** Of what lies in the boxes; another format is none. */
const FORMAT = "2";
const MOST_BYTES = 64 << 20;
const NONCE_SIZE = 12;

/** What is kept of one vault, in the open; each box is sealed for exactly this. */
interface Listed extends Head {
  readonly id: string;
  readonly boxes: number;
  readonly sizeBytes: number;
  /** When it was last of use, in milliseconds. */
  readonly usedAt: number;
}

const listedKey = (vault: string): string => `replayed:${vault}`;
const boxesOf = (vault: string, id = ""): string => `box:${vault}:${id}`;

function parametersOf(
  open: Open,
  vault: string,
  { id, seq, head, boxes }: Omit<Listed, "sizeBytes" | "usedAt">,
) {
  const { session, root } = open;
  const place = [LABEL, FORMAT, session.firm.id, vault, session.person.id, root, id, String(seq), head];
  return (iv: Uint8Array<ArrayBuffer>, number: number) => ({
    name: "AES-GCM",
    iv,
    additionalData: join(...place, String(number), String(boxes)),
  });
}

/**
 * Keeps the parts, each JSON in a box, in place of what was kept of the vault. What was opened longest ago makes room;
 * what is larger than all the room there is, is not kept.
 */
export async function keepReplay(
  open: Open,
  vault: string,
  { seq, head }: Head,
  parts: readonly (() => unknown)[],
): Promise<void> {
  const key = await replayKey(open, LABEL);
  if (key === null) return;
  await forgetReplay(vault);
  try {
    await keepBoxes(open, vault, key, { seq, head }, parts);
  } catch (error) {
    // The browser has no room, or gives none in this window: then the next opening replays, too.
    if (!(error instanceof DOMException)) throw error;
    await forgetReplay(vault);
  }
}

async function keepBoxes(
  open: Open,
  vault: string,
  key: CryptoKey,
  { seq, head }: Head,
  parts: readonly (() => unknown)[],
): Promise<void> {
  const id = toBase64url(randomBytes(16));
  const listed = { id, seq, head, boxes: parts.length };
  const parameters = parametersOf(open, vault, listed);
  let sizeBytes = 0;
  for (const [number, part] of parts.entries()) {
    const iv = randomBytes(NONCE_SIZE);
    const plaintext = utf8(JSON.stringify(part()));
    const box = new Uint8Array(await crypto.subtle.encrypt(parameters(iv, number), key, plaintext));
    sizeBytes += box.length;
    if (sizeBytes > MOST_BYTES) return forgetReplay(vault);
    await keep(`${boxesOf(vault, id)}:${number}`, { iv, box });
  }
  await keep(listedKey(vault), { ...listed, sizeBytes, usedAt: Date.now() } satisfies Listed);
  await makeRoom(vault);
}

/** Lets those go that were opened longest ago, until the rest fits. */
async function makeRoom(newest: string): Promise<void> {
  const all = [...(await recallAll<Listed>(listedKey("")))].sort(([, a], [, b]) => b.usedAt - a.usedAt);
  let sizeBytes = all.find(([vault]) => vault === newest)?.[1].sizeBytes ?? 0;
  for (const [vault, listed] of all) {
    if (vault === newest) continue;
    sizeBytes += listed.sizeBytes;
    if (sizeBytes > MOST_BYTES) await forgetReplay(vault);
  }
}

export async function forgetReplay(vault: string): Promise<void> {
  await forgetOne(listedKey(vault));
  await forgetPrefix(boxesOf(vault));
}

/** What is kept of a vault: up to where it was replayed, and a way to read the parts. */
export interface KeptReplay {
  readonly head: Head;
  /** Each part in its turn. @throws whatever says that a box is missing, altered or another's. */
  parts(): AsyncGenerator<unknown, void, void>;
}

/** Up to where a vault was replayed here, as the browser says: nobody has looked into the boxes. */
export async function recallHead(vault: string): Promise<Head | undefined> {
  return recall<Listed>(listedKey(vault));
}

export async function recallReplay(open: Open, vault: string): Promise<KeptReplay | null> {
  const listed = await recall<Listed>(listedKey(vault));
  if (listed === undefined) return null;
  const { seq, head } = listed;
  return { head: { seq, head }, parts: () => partsOf(open, vault, listed) };
}

async function* partsOf(open: Open, vault: string, listed: Listed): AsyncGenerator<unknown, void, void> {
  const key = await replayKey(open, LABEL);
  if (key === null) throw new Error("the key of the boxes is not here");
  const parameters = parametersOf(open, vault, listed);
  const prefix = `${boxesOf(vault, listed.id)}:`;
  const boxes = await recallAll<{ iv: Uint8Array<ArrayBuffer>; box: Uint8Array<ArrayBuffer> }>(prefix);
  for (let number = 0; number < listed.boxes; number++) {
    const kept = boxes.get(String(number));
    if (kept === undefined) throw new Error("a box is missing");
    const plaintext = await crypto.subtle.decrypt(parameters(kept.iv, number), key, kept.box);
    yield JSON.parse(new TextDecoder().decode(plaintext));
  }
  await keep(listedKey(vault), { ...listed, usedAt: Date.now() } satisfies Listed);
}
