/** Tells once, in plain words, that somebody in the vault has another key than before. */

import { keep, recall } from "../keyring/store";
import { find, write } from "../ui/dom";
import { texts } from "../ui/texts";
import type { OpenedVault } from "./opened";

/** Whoever has not looked for so long learns it from the log. */
const NEWS_S = 30 * 24 * 3600;

export async function tellKeyChanges(vault: OpenedVault): Promise<void> {
  const moment = vault.present();
  const names: string[] = [];
  for (const { certificate, key } of vault.chain.holders(moment)) {
    const { generation, kind } = certificate;
    const isNew = generation > 1 && moment.time - certificate.acceptedAt < NEWS_S;
    if (kind === "team" || kind === "invitation" || key === vault.open.keys.kid || !isNew) continue;
    if ((await recall<boolean>(`told:${vault.id}:${key}`)) === true) continue;
    await keep(`told:${vault.id}:${key}`, true);
    names.push(vault.nameOf(key) ?? texts().vault.noValue);
  }
  if (names.length === 0) return;
  write("[data-new-keys-who]", texts().holders.newKeys(names.join(", ")));
  find("[data-new-keys]").hidden = false;
}
