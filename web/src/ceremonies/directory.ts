/** The firm's certificates, revocations and teams, verified up to the root this browser has pinned. */

import { type Open, requireRevoked } from "../keyring/keyring";
import { certificatesOf } from "../keyring/root";
import type { Certificates } from "../seals/certificates";
import { type KeysOfPerson, type KeyTreePage, keysApi } from "../wire/keys_api";

/**
 * `about`: people and teams with whose keys the staff's and the person's own are enough, at most `MOST_ABOUT`; a firm has thousands of clients.
 * Then no other teams are there. Each certificate that comes is verified as ever: none stands without its issuers.
 * What this browser has seen revoked must be revoked there.
 * @throws IntegrityError (`root_rolled_back`, `root_link`, `certificate_…`, `revocation_hidden`, …).
 */
export async function loadCertificates(
  { session, root }: Open,
  about: readonly string[] | null = null,
): Promise<Certificates> {
  const certificates = await certificatesOf(session.firm.id, root, about);
  await requireRevoked(certificates);
  return certificates;
}

/** Names by id of the people and teams whose keys the person looks after, as the server has them. */
export async function loadNames(): Promise<ReadonlyMap<string, string>> {
  return (await loadTree()).names;
}

/** As `loadNames`, with the people's keys, which the server alone vouches for. */
export async function loadTree(): Promise<{
  readonly names: ReadonlyMap<string, string>;
  readonly people: readonly KeysOfPerson[];
}> {
  const names = new Map<string, string>();
  const found: KeysOfPerson[] = [];
  let after: string | null = null;
  for (;;) {
    const { people, teams, more }: KeyTreePage = await keysApi.keyTree(after);
    for (const { id, name } of [...people, ...teams]) names.set(id, name);
    found.push(...people);
    after = people.at(-1)?.id ?? null;
    if (!more || after === null) return { names, people: found };
  }
}
