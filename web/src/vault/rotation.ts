/** The record of a vault's or team's next epoch, and for a team the certificate of the key that it gives. */

import { hashOf, RECORD, type Signed, signDocument } from "../seals/documents";
import { nextEpoch } from "../seals/epochs";
import { must } from "../seals/errors";
import { certify } from "../seals/issue";
import type { Moment } from "../seals/members";
import { now } from "../ui/format";
import { appendOf } from "../wire/codec";
import type { Append } from "../wire/vault_api";
import type { OpenedVault } from "./opened";

/** What begins the next epoch at that moment, and hands down all seeds that open here. @throws as `EpochSeeds.toHandDown`. */
export async function rotationOf(vault: OpenedVault, moment: Moment): Promise<Append> {
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
async function nextTeamKey({ certificates, id, open }: OpenedVault, recipient: string): Promise<Signed> {
  const { keys, session } = open;
  const before = certificates.newestOf(id);
  must(before !== null, "team_differs", "the team has no certified key");
  const own = certificates.person(keys.kid);
  const subject = { kind: "team", subject: id, signingKey: null, recipient } as const;
  const more = { generation: before.generation + 1, office: before.office };
  return certify(session.firm.id, subject, keys, own.hash, now(), more);
}
