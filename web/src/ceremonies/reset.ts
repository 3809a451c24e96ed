/**
 * A person who has lost his key, or the letter with it, gets another: the old one is taken back, and a letter invites him to the same vaults and
 * teams (docs/formats.md, section 10). He stays who he is, with the next generation of keys.
 */

import type { Open } from "../keyring/keyring";
import { PERSONS, type Role, type VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import type { RosterHolder } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import type { SigningKeys } from "../seals/keys";
import type { ShownTeam } from "./holders";
import { draftInvitation, type Letter, letterOf, type OfferedVault, openShown, send } from "./invite";
import { type Plan, revocationOf } from "./revoke";

interface Lost {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  /** Id of the client the person signs in for; null for staff. */
  readonly client: string | null;
  /** Those of his vaults and teams in which the inviting person may put him back. */
  readonly vaults: readonly OfferedVault[];
  readonly teams: readonly ShownTeam[];
}

/**
 * `root`: as for inviting, where the person is an owner.
 * @throws RefusedError (`no_key`) for somebody who was never invited, (`not_allowed`, `needs_root`); IntegrityError
 * (`title_differs`); WireError. Nothing was done then.
 */
export async function reset(
  open: Open,
  certificates: Certificates,
  lost: Lost,
  why: Pick<Plan, "compromisedSince" | "reason">,
  now: number,
  root: SigningKeys | null = null,
): Promise<Letter> {
  const { last: old, generation } = lastOf(certificates, lost.id);
  const isRevoked = certificates.revocationOf(old.kid) !== null;
  const revocation = isRevoked ? null : await revocationOf(open, certificates, { certificate: old, ...why });
  const chains = await openShown(open, lost.vaults, lost.teams);
  const { office } = old;
  const role = old.role ?? (old.kind as Role);
  const terms = { role, office, generation, chains: chains.map(({ id }) => id) };
  const draft = await draftInvitation(open, certificates, lost.id, terms, now, root);
  const { id, name, username, client } = lost;
  await send({ draft, person: { id, name, username }, role, client, revocation }, chains, (_, lines) =>
    replaced(lines, id, draft.keys.kid),
  );
  return letterOf(draft, lost, now);
}

/** The lines with another key in the person's. */
function replaced(lines: readonly RosterHolder[], person: string, key: string): readonly RosterHolder[] {
  const own = lines.find(({ subject }) => subject === person);
  if (own === undefined) throw new RefusedError("holder_gone", "the person does not belong to it any more");
  return [...lines.filter(({ subject }) => subject !== person), { ...own, key }];
}

/** The person's last key, or the last letter to him where that was not redeemed; and the generation that follows. */
export function lastOf(
  certificates: Certificates,
  person: string,
): { readonly last: VerifiedCertificate; readonly generation: number } {
  const all = certificates.all().filter(({ subject }) => subject === person);
  const own = all.filter(({ kind }) => PERSONS.includes(kind));
  const letters = all.filter(
    ({ kid, kind }) => kind === "invitation" && certificates.redemptionOf(kid) === null,
  );
  const [last] = [...own, ...letters].sort((a, b) => b.logIndex - a.logIndex);
  if (last === undefined) throw new RefusedError("no_key", "the person was never invited");
  return { last, generation: 1 + Math.max(0, ...own.map(({ generation }) => generation)) };
}
