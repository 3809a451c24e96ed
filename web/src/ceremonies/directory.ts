/** The firm's certificates, revocations and teams, verified up to the root this browser has pinned. */

import type { Open } from "../keyring/keyring";
import { Certificates } from "../seals/certificates";
import { api, type DirectoryPage, type KeyTreePage } from "../wire/api";
import { addDirectory } from "../wire/codec";

/** `about`: people with whose keys the staff's are enough; a firm has thousands of clients. Then no teams are there. */
export async function loadCertificates(
  { session, root }: Open,
  about: readonly string[] | null = null,
): Promise<Certificates> {
  const certificates = await Certificates.verify(session.firm.id, root, []);
  for await (const page of directory(about)) await addDirectory(certificates, page);
  return certificates;
}

/** All that the person may see, page by page in the order of the log; or only what is `about` some. */
export async function* directory(about: readonly string[] | null = null): AsyncGenerator<DirectoryPage> {
  let log: number | null = null;
  for (;;) {
    const page: DirectoryPage = await api.certificates(log, about);
    yield page;
    log = page.certificates.at(-1)?.log_index ?? null;
    if (!page.more || log === null) return;
  }
}

/** Names by id of the people and teams whose keys the person looks after, as the server has them. */
export async function loadNames(): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  let after: string | null = null;
  for (;;) {
    const { people, teams, more }: KeyTreePage = await api.keyTree(after);
    for (const { id, name } of [...people, ...teams]) names.set(id, name);
    after = people.at(-1)?.id ?? null;
    if (!more || after === null) return names;
  }
}
