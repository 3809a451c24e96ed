/** The firm's certificates, revocations and teams, verified up to the root this browser has pinned. */

import type { Open } from "../keyring/keyring";
import { certificatesOf } from "../keyring/root";
import type { Certificates } from "../seals/certificates";
import { type KeyTreePage, keysApi } from "../wire/keys_api";

/**
 * `about`: people with whose keys the staff's are enough; a firm has thousands of clients. Then no teams are there.
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
  const names = new Map<string, string>();
  let after: string | null = null;
  for (;;) {
    const { people, teams, more }: KeyTreePage = await keysApi.keyTree(after);
    for (const { id, name } of [...people, ...teams]) names.set(id, name);
    after = people.at(-1)?.id ?? null;
    if (!more || after === null) return names;
  }
}
