/** The firm's certificates, verified up to the root this browser has pinned. */

import type { Open } from "../keyring/keyring";
import { Certificates } from "../seals/certificates";
import { api } from "../wire/api";
import { acceptedCertificate } from "../wire/codec";

export async function loadCertificates({ session, root }: Open): Promise<Certificates> {
  const { certificates } = await api.certificates();
  return Certificates.verify(session.firm.id, root, certificates.map(acceptedCertificate));
}
