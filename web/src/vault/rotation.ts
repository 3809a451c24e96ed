/** The record of a vault's or team's next epoch, and for a team the certificate of the key that it gives. */

import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import type { VaultChain } from "../seals/chain";
import { hashOf, RECORD, type Signed, signDocument, type VaultRecord } from "../seals/documents";
import { type EpochSeeds, nextEpoch } from "../seals/epochs";
import { must } from "../seals/errors";
import { certify } from "../seals/issue";
import type { Moment } from "../seals/members";
import { now } from "../ui/format";
import { appendOf } from "../wire/codec";
import type { Append } from "../wire/vault_api";

/** A vault or team, opened, as far as its next epoch is made of it. */
interface Rotated {
  readonly id: string;
  readonly open: Open;
  readonly chain: VaultChain;
  readonly seeds: EpochSeeds;
  readonly certificates: Certificates;
  recordFields(changes: VaultRecord["changes"]): VaultRecord;
}

/** What begins the next epoch at that moment, and hands down all seeds that open here. @throws as `EpochSeeds.toHandDown`. */
export async function rotationOf(vault: Rotated, moment: Moment): Promise<Append> {
  const { chain, seeds } = vault;
  const { keys } = vault.open;
  const next = await nextEpoch(chain, await seeds.toHandDown(), keys, moment);
  const epoch = chain.epoch.epoch + 1;
  const change = { kind: "epoch", epoch, hash: hashOf(next.epoch.bytes) } as const;
  const record = await signDocument(RECORD, vault.recordFields([change]), keys.signing);
  const certificate = chain.kind === "team" ? { certificate: await nextTeamKey(vault, next.recipient) } : {};
  return appendOf({ record, ...next, ...certificate });
}

/** The certificate of the key that a team's next epoch gives. */
async function nextTeamKey({ certificates, id, open }: Rotated, recipient: string): Promise<Signed> {
  const { keys, session } = open;
  const before = certificates.newestOf(id);
  must(before !== null, "team_differs", "the team has no certified key");
  const own = certificates.person(keys.kid);
  const subject = { kind: "team", subject: id, signingKey: null, recipient } as const;
  const more = { generation: before.generation + 1, office: before.office };
  return certify(session.firm.id, subject, keys, own.hash, now(), more);
}
