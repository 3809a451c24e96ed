/** What the firm keeps on paper and on a stick: the root and the recovery, typed from the sheet, of two shares or from the file. */

import type { Bytes } from "../crypto/bytes";
import { seedOfIdentity } from "../crypto/hybrid";
import { UnlockError } from "../seals/errors";
import { unb64 } from "../seals/fields";
import { type HolderKeys, holderKeys, type SigningKeys, signingKeys } from "../seals/keys";
import { combineShares, isShare, readShare } from "../seals/shares";
import { openedKeyFile } from "./key_file";

/** The two keys of the sheet, with their seeds. */
export interface Sheet {
  readonly root: SigningKeys;
  readonly recovery: HolderKeys;
  readonly rootSeed: Bytes;
  readonly recoverySeed: Bytes;
}

export async function sheetOf(rootSeed: Bytes, recoverySeed: Bytes): Promise<Sheet> {
  return {
    root: await signingKeys(rootSeed),
    recovery: await holderKeys(recoverySeed),
    rootSeed,
    recoverySeed,
  };
}

/**
 * Both keys as they are typed from the sheet, or two of its shares, however they are broken into lines.
 * @throws UnlockError (`sheet_invalid`, `share_damaged`, `share_same`, `share_mixed`, `share_wrong`).
 */
export async function readSheet(first: string, second: string): Promise<Sheet> {
  if (![first, second].some(isShare)) return sheetOf(seedOf(first), seedOf(second));
  const { root, recovery } = combineShares(readShare(first), readShare(second));
  return sheetOf(root, recovery);
}

/** The root alone: as it is typed, or of two shares. @throws as `readSheet`. */
export async function readRoot(first: string, second: string): Promise<SigningKeys> {
  return [first, second].some(isShare) ? (await readSheet(first, second)).root : signingKeys(seedOf(first));
}

/** Recovery alone, where the root is lost. @throws UnlockError (`sheet_invalid`). */
export async function readRecovery(typed: string): Promise<Pick<Sheet, "recovery" | "recoverySeed">> {
  const recoverySeed = seedOf(typed);
  return { recovery: await holderKeys(recoverySeed), recoverySeed };
}

/** What recovery alone needs: its keys, and a root that is known from the same paper or file. */
export interface RecoveryAlone {
  readonly recovery: HolderKeys;
  readonly recoverySeed: Bytes;
  readonly pin: string;
}

/**
 * Recovery as it is typed, with the fingerprint that stands beside it; or of two shares, which have an earlier root too.
 * @throws as `readSheet`; UnlockError (`pin_invalid`).
 */
export async function readRecoveryAlone(first: string, second: string, pin: string): Promise<RecoveryAlone> {
  if ([first, second].some(isShare)) {
    const { recovery, recoverySeed, root } = await readSheet(first, second);
    return { recovery, recoverySeed, pin: root.kid };
  }
  const typed = pin.replace(/\s/g, "");
  try {
    unb64(typed, 32);
  } catch {
    throw new UnlockError("pin_invalid", "the fingerprint was typed wrong");
  }
  return { ...(await readRecovery(second)), pin: typed };
}

/** Recovery in a key file, with the root that it pins. @throws as `sheetInFile`. */
export async function recoveryInFile(file: Bytes, passphrase: string): Promise<RecoveryAlone> {
  const { recoverySeed, root } = await openedKeyFile(file, passphrase);
  if (recoverySeed === undefined) throw new UnlockError("no_sheet", "a key file without recovery");
  return { recovery: await holderKeys(recoverySeed), recoverySeed, pin: root };
}

/** Both keys in the file of the set-up. @throws UnlockError (`no_sheet`) for another key file, and as `openedKeyFile`. */
export async function sheetInFile(file: Bytes, passphrase: string): Promise<Sheet> {
  const { rootSeed, recoverySeed } = await openedKeyFile(file, passphrase);
  if (rootSeed === undefined || recoverySeed === undefined)
    throw new UnlockError("no_sheet", "a key file without root and recovery");
  return sheetOf(rootSeed, recoverySeed);
}

function seedOf(typed: string): Bytes {
  try {
    return seedOfIdentity(typed.replace(/\s/g, "").toUpperCase());
  } catch {
    throw new UnlockError("sheet_invalid", "the key of the sheet was typed wrong");
  }
}
