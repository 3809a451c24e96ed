/** Teams: founded, joined, left, and given a new key. */

import type { Open } from "../keyring/keyring";
import type { VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { toDoc } from "../seals/documents";
import { newId } from "../seals/ids";
import { certify } from "../seals/issue";
import type { OpenedVault } from "../vault/opened";
import { keysApi } from "../wire/keys_api";
import { beginChain, firstHolders, holderOf } from "./begin";
import { addPerson, removeHolder } from "./holders";

interface NewTeam {
  readonly name: string;
  /** Null for a team of the whole firm. */
  readonly office: string | null;
  /** Besides the founder and the owners. */
  readonly members: readonly VerifiedCertificate[];
}

/** Founds a team and gives its id. An owner or office leader does, whose office it gets if he has one. */
export async function foundTeam(
  open: Open,
  certificates: Certificates,
  { name, office, members }: NewTeam,
  now: number,
): Promise<string> {
  const { keys, session } = open;
  const id = newId();
  const own = certificates.person(keys.kid);
  const rulers = firstHolders(certificates, own);
  const others = members
    .filter(({ kid }) => !rulers.some(({ key }) => key === kid))
    .map((certificate) => holderOf(certificate, "read"));
  const row = { client_name: "", client_number: "", title: name };
  const holders = [...rulers, ...others];
  const { append, recipient } = await beginChain(open, { id, kind: "team", dossier: null, row, holders });
  const its = own.office ?? office;
  const subject = { kind: "team", subject: id, signingKey: null, recipient } as const;
  const certificate = await certify(session.firm.id, subject, keys, own.hash, now, { office: its });
  await keysApi.foundTeam({ id, name, office: its, certificate: toDoc(certificate), ...append });
  return id;
}

/** Adds somebody of the staff: whoever rules the team manages it, the others read. */
export async function addMember(
  team: OpenedVault,
  certificate: VerifiedCertificate,
  rights: "manage" | "read" = "read",
): Promise<void> {
  await addPerson(team, certificate, rights);
}

/** Removes a member, and gives the team a new key; the vaults of the team follow (`rotateAll`). */
export async function removeMember(team: OpenedVault, key: string): Promise<void> {
  await removeHolder(team, key);
}
