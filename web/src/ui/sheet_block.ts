/** The fields into which the emergency sheet is typed, or the file of the set-up chosen. What they hold stays in the page. */

import {
  type RecoveryAlone,
  readRecovery,
  readRecoveryAlone,
  readRoot,
  readSheet,
  recoveryInFile,
  type Sheet,
  sheetInFile,
} from "../ceremonies/sheet";
import type { SigningKeys } from "../seals/keys";
import { isShare } from "../seals/shares";
import { entry, field, filled } from "./form";

/** More than any key file has, so that a wrong choice is not read whole. */
const MAX_FILE_BYTES = 128 * 1024;
const IDS = ["root-key", "recovery-key", "sheet-passphrase", "sheet-file"];

/** Which field an error is about. */
export const SHEET_FIELDS = {
  sheet_invalid: "root-key",
  needs_root: "root-key",
  share_damaged: "root-key",
  share_mixed: "root-key",
  share_same: "root-key",
  share_wrong: "root-key",
  no_sheet: "sheet-file",
  not_a_key_file: "sheet-file",
  key_file_damaged: "sheet-file",
  passphrase_needed: "sheet-passphrase",
  wrong_passphrase: "sheet-passphrase",
};

/** Null, with an error at the field, while something is missing. @throws UnlockError, IntegrityError: `SHEET_FIELDS`. */
export async function shownSheet(): Promise<Sheet | null> {
  const file = chosenFile();
  if (file !== null) return sheetInFile(await bytesOf(file), field("sheet-passphrase").value);
  const entries = filled(["root-key", "recovery-key"]);
  return entries && readSheet(entries["root-key"], entries["recovery-key"]);
}

/** What is left of a sheet whose root is lost: null unless only recovery was typed. As `shownSheet`. */
export async function shownRecovery(): Promise<Pick<Sheet, "recovery" | "recoverySeed"> | null> {
  const typed = entry("recovery-key");
  const isAlone = chosenFile() === null && entry("root-key") === "" && typed !== "" && !isShare(typed);
  return isAlone ? readRecovery(typed) : null;
}

/** Recovery alone, whatever it stands on, with the root that is known from there. As `shownSheet`. */
export async function shownRecoveryAlone(): Promise<RecoveryAlone | null> {
  const file = chosenFile();
  if (file !== null) return recoveryInFile(await bytesOf(file), field("sheet-passphrase").value);
  const areShares = isShare(entry("root-key")) || isShare(entry("recovery-key"));
  const entries = filled(areShares ? ["root-key", "recovery-key"] : ["recovery-key", "root-pin"]);
  return entries && readRecoveryAlone(entry("root-key"), entry("recovery-key"), entry("root-pin"));
}

/** The root alone, for which the first line is enough. As `shownSheet`. */
export async function shownRoot(): Promise<SigningKeys | null> {
  if (chosenFile() !== null) return (await shownSheet())?.root ?? null;
  const entries = filled(["root-key"]);
  return entries && readRoot(entries["root-key"], entry("recovery-key"));
}

export function forgetSheet(): void {
  for (const id of IDS) field(id).value = "";
}

function chosenFile(): File | null {
  return field("sheet-file").files?.[0] ?? null;
}

async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(0, MAX_FILE_BYTES).arrayBuffer());
}
