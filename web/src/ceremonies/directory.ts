/** The firm's certificates, revocations and teams, verified up to the root this browser has pinned. */

import type { Open } from "../keyring/keyring";
import { certificatesOf } from "../keyring/root";
import type { Certificates } from "../seals/certificates";
import { type KeysOfPerson, type KeyTreePage, keysApi } from "../wire/keys_api";

/**
 * `about`: people and teams with whose keys the staff's and the person's own are enough, at most `MOST_ABOUT`; a firm has thousands of clients.
 * Then no other teams are there. Each certificate that comes is verified as ever: none stands without its issuers.
 * @throws IntegrityError (`root_rolled_back`, `root_link`, `certificate_…`, …).
 */
export function loadCertificates(
  { session, root }: Open,
  about: readonly string[] | null = null,
): Promise<Certificates> {
  return certificatesOf(session.firm.id, root, about);
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
