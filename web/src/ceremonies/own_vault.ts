/** Vaults of people's own: begun by one person for himself, named by him, and by nobody else. */

import { toBase64url } from "../crypto/base64";
import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { newId } from "../seals/ids";
import { sealRow, type VaultRow } from "../seals/rows";
import type { OpenedVault } from "../vault/opened";
import { vaultApi } from "../wire/vault_api";
import { beginChain, holderOf } from "./begin";

/**
 * Gives its id. `isRecoverable`: the firm's recovery holds its keys too; else it is lost with the person's access.
 * @throws RefusedError (`document_invalid`), WireError.
 */
export async function beginOwnVault(
  open: Open,
  certificates: Certificates,
  title: string,
  { isRecoverable }: { readonly isRecoverable: boolean },
): Promise<string> {
  const id = newId();
  const recovery = isRecoverable ? certificates.recovery() : null;
  const holders = [
    holderOf(certificates.person(open.keys.kid), "manage"),
    ...(recovery === null ? [] : [holderOf(recovery, "hold")]),
  ];
  const { append } = await beginChain(open, {
    id,
    kind: "personal",
    dossier: null,
    row: rowOf(title),
    holders,
  });
  await vaultApi.beginVault(id, null, append);
  return id;
}

function rowOf(title: string): VaultRow {
  return { client_name: "", client_number: "", title: title.trim().normalize("NFC") };
}

/** The vault bears another name for all who open it. @throws as `beginOwnVault`. */
export async function renameOwnVault(vault: OpenedVault, title: string): Promise<void> {
  // What is sealed now, whoever has left must not open.
  await vault.rotateIfDue();
  const { epoch } = vault.chain.epoch;
  const { rowKey } = await vault.seeds.keysOf(epoch);
  const place = {
    kind: "vault",
    firm: vault.chain.firm,
    vault: vault.id,
    node: vault.id,
    version: 0,
    epoch,
  } as const;
  await vaultApi.rename(vault.id, epoch, toBase64url(await sealRow(rowKey, place, rowOf(title))));
  await vault.refresh();
}
