/**
 * The browser's passkeys (WebAuthn with its PRF extension). What a passkey's function gives opens the seed, so a credential
 * is never serialised as a whole: only the parts named here leave this file.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { RefusedError } from "../seals/errors";
import { PRF_INPUT } from "../seals/unlock";

const PRF_SIZE = 32;
/** ES256, Ed25519, RS256: what authenticators of today have. */
const ALGORITHMS = [-7, -8, -257];
const TIMEOUT_MS = 120_000;

export interface MadePasskey {
  readonly id: Bytes;
  readonly clientData: Bytes;
  readonly attestation: Bytes;
  readonly prf: Bytes;
}

export interface UsedPasskey {
  readonly id: Bytes;
  readonly clientData: Bytes;
  readonly authenticatorData: Bytes;
  readonly signature: Bytes;
  readonly prf: Bytes;
}

/** Whether this page can use passkeys: they belong to a host name, and an IP address is none. */
export function canUsePasskeys(): boolean {
  const isAddress = /^[0-9.]+$|^\[/.test(location.hostname);
  return !isAddress && typeof PublicKeyCredential === "function";
}

/**
 * A new passkey on a device of the person's choice; some devices ask twice.
 * @throws RefusedError (`passkey_cancelled`, `passkey_there`, `passkey_no_prf`).
 */
export async function makePasskey(
  nonce: string,
  user: { readonly id: string; readonly username: string; readonly name: string },
  site: string,
  known: readonly string[],
): Promise<MadePasskey> {
  const credential = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: fromBase64url(nonce),
        rp: { name: site },
        user: { id: fromBase64url(user.id), name: user.username, displayName: user.name },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: known.map(descriptor),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: PRF_INPUT } } },
      },
    }),
  );
  const { response } = credential;
  if (!(response instanceof AuthenticatorAttestationResponse)) throw noPasskey();
  const { prf } = credential.getClientExtensionResults();
  if (prf?.enabled !== true) throw new RefusedError("passkey_no_prf", "the authenticator has no PRF");
  const id = new Uint8Array(credential.rawId);
  return {
    id,
    clientData: new Uint8Array(response.clientDataJSON),
    attestation: new Uint8Array(response.attestationObject),
    // Many devices evaluate the function only when the passkey is used.
    prf: prf.results === undefined ? (await usePasskey(nonce, [toBase64url(id)])).prf : prfOf(credential),
  };
}

/**
 * One of the person's passkeys for this site, or one of these ids.
 * @throws RefusedError (`passkey_cancelled`, `passkey_no_prf`).
 */
export async function usePasskey(nonce: string, ids: readonly string[] = []): Promise<UsedPasskey> {
  const credential = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: fromBase64url(nonce),
        userVerification: "required",
        timeout: TIMEOUT_MS,
        ...(ids.length === 0 ? {} : { allowCredentials: ids.map(descriptor) }),
        extensions: { prf: { eval: { first: PRF_INPUT } } },
      },
    }),
  );
  const { response } = credential;
  if (!(response instanceof AuthenticatorAssertionResponse)) throw noPasskey();
  return {
    id: new Uint8Array(credential.rawId),
    clientData: new Uint8Array(response.clientDataJSON),
    authenticatorData: new Uint8Array(response.authenticatorData),
    signature: new Uint8Array(response.signature),
    prf: prfOf(credential),
  };
}

function prfOf(credential: PublicKeyCredential): Bytes {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  const bytes = first instanceof ArrayBuffer ? new Uint8Array(first) : null;
  if (bytes?.length !== PRF_SIZE) throw new RefusedError("passkey_no_prf", "the authenticator has no PRF");
  return bytes;
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "InvalidStateError")
      throw new RefusedError("passkey_there", "this device has a passkey of the person already");
    throw noPasskey();
  }
  if (!(credential instanceof PublicKeyCredential)) throw noPasskey();
  return credential;
}

function descriptor(id: string): PublicKeyCredentialDescriptor {
  return { type: "public-key", id: fromBase64url(id) };
}

function noPasskey(): RefusedError {
  return new RefusedError("passkey_cancelled", "no passkey was given");
}
