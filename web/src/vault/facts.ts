/** The lines that are always to be seen: who has access, and how much room is left. */

import { maybe } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import type { OpenedVault } from "./opened";

/**
 * Who has access, and how many more are trusted to, should they ask. That nobody else has is said without an addition only where the firm's recovery holds no key; never that
 * nobody else can read: the scanner looks into every upload.
 */
export function accessInWords(vault: OpenedVault): string {
  const { tree, vault: words } = texts();
  const readers = vault.readers();
  const trusted = vault.chain.holders(vault.present()).filter(({ rights }) => rights === "trusted").length;
  if (trusted > 0) return `${words.vaultAccess(readers.length)}${words.alsoTrusted(trusted)}`;
  const { person } = vault.open.session;
  if (readers.length !== 1 || readers[0]?.subject !== person.id) return words.vaultAccess(readers.length);
  return vault.isRecoverable ? tree.onlyYouAnd : tree.onlyYou;
}

/** How much may still come in, where somebody has set an end. */
export function drawFree(vault: OpenedVault): void {
  const region = maybe('[data-facts="free"]');
  const { quota } = vault.state;
  if (region === null) return;
  const isKnown = quota !== null && quota.limit !== null;
  region.hidden = !isKnown;
  if (!isKnown) return;
  const left = Math.max(0, (quota.limit ?? 0) - quota.used);
  const { tree } = texts();
  region.textContent = left === 0 ? tree.full : tree.free(formatSize(left, pageLanguage()));
}
