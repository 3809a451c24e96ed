/** The firm's certificates, revocations and teams, verified up to the root this browser has pinned. */

import type { Open } from "../keyring/keyring";
import { Certificates } from "../seals/certificates";
import { api } from "../wire/api";
import { addDirectory } from "../wire/codec";

export async function loadCertificates({ session, root }: Open): Promise<Certificates> {
  const certificates = await Certificates.verify(session.firm.id, root, []);
  await addDirectory(certificates, await api.certificates());
  return certificates;
}
