/** The firm's certificates, revocations and teams, verified up to the root this browser has pinned. */

import type { Open } from "../keyring/keyring";
import { Certificates } from "../seals/certificates";
import { api, type DirectoryPage } from "../wire/api";
import { addDirectory } from "../wire/codec";

export async function loadCertificates({ session, root }: Open): Promise<Certificates> {
  const certificates = await Certificates.verify(session.firm.id, root, []);
  for await (const page of directory()) await addDirectory(certificates, page);
  return certificates;
}

/** All that the person may see, page by page in the order of the log. */
export async function* directory(): AsyncGenerator<DirectoryPage> {
  let log: number | null = null;
  for (;;) {
    const page: DirectoryPage = await api.certificates(log);
    yield page;
    log = page.certificates.at(-1)?.log_index ?? null;
    if (!page.more || log === null) return;
  }
}
