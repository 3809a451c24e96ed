/** A dossier's vault begins: genesis, first roster, first epoch. */

import type { Open } from "../keyring/keyring";
import type { Certificates, VerifiedCertificate } from "../seals/certificates";
import { beginningOf } from "../seals/chain";
import { hashOf, RECORD, ROSTER, type RosterHolder, signDocument } from "../seals/documents";
import { beginEpoch, recipientOf } from "../seals/epochs";
import { newId } from "../seals/ids";
import { epochKeys } from "../seals/keys";
import { sealRow, type VaultRow } from "../seals/rows";
import { api } from "../wire/api";
import { appendOf } from "../wire/codec";

/** Who belongs to a new dossier: its creator and the owners manage, the recovery holds. */
function firstHolders(
  certificates: Certificates,
  creator: VerifiedCertificate,
): readonly VerifiedCertificate[] {
  const others = certificates.all().filter(({ kind }) => kind === "owner" || kind === "recovery");
  const unique = new Map([creator, ...others].map((certificate) => [certificate.kid, certificate] as const));
  return [...unique.values()].sort((a, b) => (a.kid < b.kid ? -1 : 1));
}

function holderOf({ kid, kind, subject }: VerifiedCertificate): RosterHolder {
  return { key: kid, rights: kind === "recovery" ? "hold" : "manage", subject };
}

/** Begins the vault of a dossier and gives its id. `named`: what the server shows of client and dossier. */
export async function beginDossierVault(
  { keys, session }: Open,
  certificates: Certificates,
  dossier: string,
  named: VaultRow,
): Promise<string> {
  const firm = session.firm.id;
  const vault = newId();
  const author = keys.kid;
  const holders = firstHolders(certificates, certificates.person(author));
  const rosterFields = { author, firm, holders: holders.map(holderOf), previous: null, seq: 1, vault };
  const roster = await signDocument(ROSTER, rosterFields, keys.signing);
  const rosterHash = hashOf(roster.bytes);
  const place = { firm, vault, epoch: 1, previous: null, roster: rosterHash };
  const { epoch, seed, wraps } = await beginEpoch(
    place,
    holders.map((certificate) => recipientOf({ key: certificate.kid, certificate })),
    keys,
  );
  const { rowKey } = await epochKeys(seed);
  const row = await sealRow(rowKey, { kind: "vault", firm, vault, node: vault, version: 0, epoch: 1 }, named);
  const changes = [
    { kind: "genesis", dossier, row: hashOf(row), vault_kind: "dossier" },
    { kind: "roster", hash: rosterHash, seq: 1 },
    { kind: "epoch", epoch: 1, hash: hashOf(epoch.bytes) },
  ] as const;
  const fields = { author, changes, firm, previous: beginningOf(firm, vault), seq: 1, vault };
  const record = await signDocument(RECORD, fields, keys.signing);
  const rows = [{ node: vault, version: 0, row }];
  await api.beginVault(vault, dossier, appendOf({ record, roster, epoch, wraps, rows }));
  return vault;
}
