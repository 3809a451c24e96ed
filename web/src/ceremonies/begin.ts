/** A chain begins: genesis, first roster, first epoch; a dossier's vault and a team alike. */

import type { Open } from "../keyring/keyring";
import type { VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { beginningOf } from "../seals/chain";
import { hashOf, RECORD, ROSTER, type RosterHolder, signDocument, type VaultKind } from "../seals/documents";
import { beginEpoch, recipientOf } from "../seals/epochs";
import { epochKeys } from "../seals/keys";
import { sealRow, type VaultRow } from "../seals/rows";
import { appendOf } from "../wire/codec";
import type { Append } from "../wire/vault_api";

interface Beginning {
  readonly id: string;
  readonly kind: VaultKind;
  readonly dossier: string | null;
  readonly row: VaultRow;
  readonly holders: readonly (RosterHolder & { readonly recipient: string })[];
}

/** Who belongs from the first: its creator and the owners manage, the recovery holds. */
export function firstHolders(certificates: Certificates, creator: VerifiedCertificate): Beginning["holders"] {
  const owners = certificates.all().filter(({ kind }) => kind === "owner");
  // Another key beside the recovery in force holds nothing (ADR 0040).
  const recovery = certificates.recovery() ?? [];
  const unique = new Map(
    [creator, ...owners].concat(recovery).map((certificate) => [certificate.kid, certificate] as const),
  );
  return [...unique.values()]
    .filter(({ kid }) => certificates.inForce(kid))
    .map((certificate) => holderOf(certificate, certificate.kind === "recovery" ? "hold" : "manage"));
}

export function holderOf(certificate: VerifiedCertificate, rights: RosterHolder["rights"]) {
  const { kid: key, subject } = certificate;
  const { recipient } = recipientOf({ key, certificate });
  return { key, rights, subject, until: null, recipient };
}

/** Record 1 with all that belongs to it; `recipient` is that of the first epoch. */
export async function beginChain(
  { keys, session }: Open,
  { id, kind, dossier, row: named, holders }: Beginning,
): Promise<{ readonly append: Append; readonly recipient: string }> {
  const firm = session.firm.id;
  const author = keys.kid;
  const lines = holders
    .map(({ key, rights, subject, until }) => ({ key, rights, subject, until }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const rosterFields = { author, firm, holders: lines, previous: null, seq: 1, vault: id };
  const roster = await signDocument(ROSTER, rosterFields, keys.signing);
  const rosterHash = hashOf(roster.bytes);
  const place = { firm, vault: id, epoch: 1, previous: null, roster: rosterHash };
  const { epoch, seed, recipient, wraps } = await beginEpoch(place, holders, keys);
  const { rowKey } = await epochKeys(seed);
  const row = await sealRow(
    rowKey,
    { kind: "vault", firm, vault: id, node: id, version: 0, epoch: 1 },
    named,
  );
  const changes = [
    { kind: "genesis", dossier, row: hashOf(row), vault_kind: kind },
    { kind: "roster", hash: rosterHash, seq: 1 },
    { kind: "epoch", epoch: 1, hash: hashOf(epoch.bytes) },
  ] as const;
  const fields = { author, changes, firm, previous: beginningOf(firm, id), seq: 1, vault: id };
  const record = await signDocument(RECORD, fields, keys.signing);
  const rows = [{ node: id, version: 0, row }];
  return { append: appendOf({ record, roster, epoch, wraps, rows }), recipient };
}
