/** Redeeming an invitation on whatever device is at hand: code → keys → password → signed in. */

import { sealSmall } from "../crypto/age";
import { toBase64url } from "../crypto/base64";
import { type Bytes, randomBytes } from "../crypto/bytes";
import { keepOpen, type Open } from "../keyring/keyring";
import { keyIdOf } from "../seals/admission";
import { CERTIFICATE } from "../seals/certificate";
import { Certificates, type VerifiedCertificate } from "../seals/certificates";
import { type Doc, fromDoc, hashOf, LOGIN, read, signDocument, toDoc } from "../seals/documents";
import { openSeed } from "../seals/epochs";
import { must, UnlockError } from "../seals/errors";
import { invitationSeed } from "../seals/invitations";
import { certify } from "../seals/issue";
import { type HolderKeys, holderKeys } from "../seals/keys";
import type { Unlocked } from "../seals/unlock";
import { waitingEpoch } from "../seals/waiting";
import type { Credential } from "../wire/api";
import { addDirectory, fromWire } from "../wire/codec";
import { WireError } from "../wire/http";
import { type InvitationAnswer, type InvitedVault, keysApi } from "../wire/keys_api";
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

/** @throws UnlockError (`wrong_code`), IntegrityError, WireError (410 when redeemed or expired). */
export async function recognise(id: string, code: Bytes): Promise<Recognised> {
  const answer = await keysApi.invitation(id);
  const firm = answer.firm.id;
  const signed = fromDoc(answer.certificate);
  // Before all else: a wrong code is the person's slip, what follows would be somebody's forgery.
  const { root, keys } = await proven(answer, id, code, keyIdOf(read(CERTIFICATE, signed.bytes)));
  const certificates = await Certificates.verify(firm, root, []);
  await addDirectory(certificates, answer);
  const invitation = certificates.byCertificateHash(hashOf(signed.bytes));
  must(
    invitation?.kind === "invitation" &&
      invitation.subject === answer.person.id &&
      invitation.role === answer.role,
    "certificate_invitation",
    "the invitation names another person",
  );
  return { id, code, answer, certificates, invitation, keys };
}

/** The root with which the letter was printed, and the keys its code gives: of the roots that the server names. */
async function proven(
  { certificates, firm }: InvitationAnswer,
  id: string,
  code: Bytes,
  invited: string,
): Promise<{ readonly root: string; readonly keys: HolderKeys }> {
  const shown = certificates.map(({ doc }) => read(CERTIFICATE, fromDoc(doc).bytes));
  const roots = shown.filter(({ kind }) => kind === "root").map(keyIdOf);
  must(roots.length > 0, "certificate_root", "the server shows no root");
  for (const root of roots) {
    const keys = await holderKeys(invitationSeed(code, firm.id, id, root));
    if (keys.kid === invited) return { root, keys };
  }
  throw new UnlockError("wrong_code", "the code does not belong to this invitation");
}

/** The person's new key and password, made once: sent again after a lost answer it is still the same redemption. */
export interface Redemption {
  readonly recognised: Recognised;
  readonly unlocked: Unlocked;
  readonly recipient: string;
  readonly certificate: Doc;
  readonly credential: Credential;
  readonly unlock: string;
}

export async function prepareRedemption(
  recognised: Recognised,
  password: string,
  now: number,
): Promise<Redemption> {
  const { answer, invitation, keys } = recognised;
  const { id: firm } = answer.firm;
  const seed = randomBytes(32);
  const own = await holderKeys(seed);
  const { generation, role } = invitation;
  must(role !== null, "document_invalid", "the invitation has no role");
  const certificate = await certify(
    firm,
    { kind: role, subject: answer.person.id, ...own },
    keys,
    invitation.hash,
    now,
    { generation, office: invitation.office },
  );
  const unlocked = { seed, person: answer.person.id, generation, root: recognised.certificates.root };
  const made = await newCredential(firm, answer.person.username, password, unlocked);
  return { recognised, unlocked, recipient: own.recipient, certificate: toDoc(certificate), ...made };
}

/**
 * Registers the person and signs him in. After an error it may be called again with the same redemption.
 * @throws as `keepOpen` and `waitingEpoch`, WireError.
 */
export async function redeem(redemption: Redemption, now: number): Promise<Open> {
  const { recognised, certificate, credential, unlock, unlocked } = redemption;
  const { id } = recognised;
  for (let attempt = 1; ; attempt++) {
    const wraps = await rewrapped(redemption, now);
    try {
      const session = await keysApi.redeem(id, { certificate, wraps, credential, unlock });
      return await keepOpen(session, recognised.answer.firm.id, unlocked);
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "stale" || attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * The invitation's wraps, checked against their signed recipients and sealed again to the person's own key. None once
 * the invitation is redeemed: by us, whose answer was lost, then the server knows the certificate; or by another, then
 * it refuses ours.
 */
async function rewrapped({ recognised, recipient }: Redemption, now: number) {
  const { id, answer, keys } = recognised;
  try {
    const { nonce } = await keysApi.invitation(id);
    const fields = { firm: answer.firm.id, nonce, origin: location.origin, subject: id, time: now };
    const { vaults } = await keysApi.invitedVaults(
      id,
      toDoc(await signDocument(LOGIN, fields, keys.signing)),
    );
    return await Promise.all(vaults.map((invited) => sealedAgain(recognised, invited, recipient)));
  } catch (error) {
    if (error instanceof WireError && error.status === 410) return [];
    throw error;
  }
}

async function sealedAgain(recognised: Recognised, invited: InvitedVault, recipient: string) {
  const { certificates, invitation, keys } = recognised;
  const { vault } = invited;
  const documents = { roster: fromDoc(invited.roster), epoch: fromDoc(invited.epoch) };
  const current = await waitingEpoch(certificates, invitation, vault, documents);
  const seed = await openSeed(fromWire(invited.wrap), keys.identity, current.recipient);
  return { vault, epoch: current.epoch, age: toBase64url(await sealSmall(seed, [recipient])) };
}
