/** Redeeming an invitation on whatever device is at hand: code → keys → password → signed in. */

import { sealSmall } from "../crypto/age";
import { fromBase64url, toBase64url } from "../crypto/base64";
import { type Bytes, randomBytes } from "../crypto/bytes";
import { keepOpen, type Open } from "../keyring/keyring";
import { CERTIFICATE } from "../seals/certificate";
import { Certificates, type VerifiedCertificate } from "../seals/certificates";
import {
  EPOCH,
  fromDoc,
  hashOf,
  LOGIN,
  ROSTER,
  read,
  readSigned,
  signDocument,
  toDoc,
} from "../seals/documents";
import { openSeed } from "../seals/epochs";
import { must, RefusedError } from "../seals/errors";
import { invitationSeed } from "../seals/invitations";
import { type HolderKeys, holderKeys, keyId } from "../seals/keys";
import { api, type InvitationAnswer, type InvitedVault } from "../wire/api";
import { acceptedCertificate, fromWire } from "../wire/codec";
import { WireError } from "../wire/http";
import { certify } from "./certify";
import { newCredential } from "./credential";

const ATTEMPTS = 3;

/** A code that proved right: it gave the keys the firm certified, and so vouches for the firm's root. */
export interface Recognised {
  readonly id: string;
  readonly code: Bytes;
  readonly answer: InvitationAnswer;
  readonly certificates: Certificates;
  readonly invitation: VerifiedCertificate;
  readonly keys: HolderKeys;
}

/** @throws RefusedError (`wrong_code`), IntegrityError, WireError (410 when redeemed or expired). */
export async function recognise(id: string, code: Bytes): Promise<Recognised> {
  const answer = await api.invitation(id);
  const firm = answer.firm.id;
  const root = claimedRoot(answer);
  const keys = await holderKeys(invitationSeed(code, firm, id, root));
  const hash = hashOf(fromDoc(answer.certificate).bytes);
  const certificates = await Certificates.verify(firm, root, answer.certificates.map(acceptedCertificate));
  const invitation = certificates.byCertificateHash(hash);
  if (invitation?.kind !== "invitation" || invitation.kid !== keys.kid) {
    throw new RefusedError("wrong_code", "the code does not belong to this invitation");
  }
  must(
    invitation.subject === answer.person.id && invitation.role === answer.role,
    "malformed",
    "the invitation names another person",
  );
  return { id, code, answer, certificates, invitation, keys };
}

/** Fingerprint of the root the server names; the code decides whether it is the right one. */
function claimedRoot(answer: InvitationAnswer): string {
  for (const { doc } of answer.certificates) {
    const certificate = read(CERTIFICATE, fromDoc(doc).bytes);
    if (certificate.kind === "root") return keyId(fromBase64url(certificate.signing_key), null);
  }
  throw new RefusedError("wrong_code", "the server shows no root");
}

/** Registers the person with a password of his own and signs him in. */
export async function redeem(recognised: Recognised, password: string, now: number): Promise<Open> {
  const { id, answer, invitation, keys: invitationKeys } = recognised;
  const firm = answer.firm.id;
  const seed = randomBytes(32);
  const own = await holderKeys(seed);
  const { role } = invitation;
  must(role !== null, "malformed", "the invitation has no role");
  const certificate = await certify(
    firm,
    { kind: role, subject: answer.person.id, ...own },
    invitationKeys,
    invitation.hash,
    now,
  );
  const root = recognised.certificates.root;
  const unlocked = { seed, person: answer.person.id, generation: 1, root };
  const { credential, unlock } = await newCredential(firm, answer.person.username, password, unlocked);
  let { nonce } = answer;
  for (let attempt = 1; ; attempt++) {
    const wraps = await rewrapped(recognised, nonce, own.recipient, now);
    try {
      const session = await api.redeem(id, { certificate: toDoc(certificate), wraps, credential, unlock });
      return await keepOpen(session, seed, 1, root);
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "stale" || attempt === ATTEMPTS) throw error;
      ({ nonce } = await api.invitation(id));
    }
  }
}

/** The invitation's wraps, checked against their signed recipients and sealed again to the person's own key. */
async function rewrapped(recognised: Recognised, nonce: string, recipient: string, now: number) {
  const { id, answer, keys } = recognised;
  const fields = { firm: answer.firm.id, nonce, origin: location.origin, subject: id, time: now };
  const { vaults } = await api.invitedVaults(id, toDoc(await signDocument(LOGIN, fields, keys.signing)));
  return Promise.all(
    vaults.map(async (invited) => {
      const { epoch, seed } = await invitedSeed(recognised, invited);
      return { vault: invited.vault, epoch, age: toBase64url(await sealSmall(seed, [recipient])) };
    }),
  );
}

async function invitedSeed({ certificates, invitation, keys }: Recognised, invited: InvitedVault) {
  const { vault } = invited;
  must(invitation.vaults.includes(vault), "scope_exceeded", "the invitation does not name this vault");
  const rosterSigned = fromDoc(invited.roster);
  const rosterAuthor = certificates.person(read(ROSTER, rosterSigned.bytes).author);
  const roster = await readSigned(ROSTER, rosterSigned, rosterAuthor.signing_key);
  const named = roster.holders.some(({ key, subject }) => key === keys.kid && subject === invitation.subject);
  must(roster.vault === vault && named, "wrong_roster", "the roster does not name the invitation");
  const epochSigned = fromDoc(invited.epoch);
  const epochAuthor = certificates.person(read(EPOCH, epochSigned.bytes).author);
  const epoch = await readSigned(EPOCH, epochSigned, epochAuthor.signing_key);
  must(
    epoch.vault === vault && epoch.firm === certificates.firm,
    "foreign_record",
    "the epoch is another vault's",
  );
  return { epoch: epoch.epoch, seed: await openSeed(fromWire(invited.wrap), keys.identity, epoch.recipient) };
}
