/** What a vault of somebody's own is called, read no further than to where that is proven (ADR 0037). */

import { type Open, requireRevoked } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { VaultChain } from "../seals/chain";
import { SealError } from "../seals/errors";
import { vaultApi } from "../wire/vault_api";
import { OpenedVault } from "./opened";

/**
 * The first record signs the row with the first name; for a later one, and for those who came later, the epoch's record is
 * needed that leads to its key. `known`: certificates of one vault after the other. @throws IntegrityError, WireError.
 */
export async function nameOf(open: Open, id: string, known: Certificates): Promise<string> {
  const vault = new OpenedVault(open, known, VaultChain.begin(known, id));
  let news = await vaultApi.briefNews(id, 0);
  for (;;) {
    await vault.takePage(news);
    await requireRevoked(known);
    const name = news.more ? await provenName(vault) : vault.title;
    if (name !== null) return name;
    news = await vaultApi.news(id, vault.chain.seq, false);
  }
}

/** Null where what was read does not open the name yet. */
async function provenName({ reader, state }: OpenedVault): Promise<string | null> {
  try {
    const { title } = await reader.vault();
    return state.title === null ? title : await reader.title(state.title);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
