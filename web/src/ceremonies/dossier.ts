/** A dossier's vault begins. */

import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { newId } from "../seals/ids";
import type { VaultRow } from "../seals/rows";
import { vaultApi } from "../wire/vault_api";
import { beginChain, firstHolders } from "./begin";

/** Begins the vault of a dossier and gives its id. `named`: what the server shows of client and dossier. */
export async function beginDossierVault(
  open: Open,
  certificates: Certificates,
  dossier: string,
  named: VaultRow,
): Promise<string> {
  const id = newId();
  const holders = firstHolders(certificates, certificates.person(open.keys.kid));
  const { append } = await beginChain(open, { id, kind: "dossier", dossier, row: named, holders });
  await vaultApi.beginVault(id, dossier, append);
  return id;
}
