/** The calls of docs/formats.md, section 10, about the person: signing in, the session, the account; and about the log and clients. */

import type { Role } from "../seals/certificate";
import type { Doc } from "../seals/documents";
import type { ShownBeginning } from "../tlog/origins";
import { call, download } from "./http";

export interface FirmAnswer {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface Session {
  readonly person: {
    readonly id: string;
    readonly name: string;
    readonly username: string;
    readonly role: Role;
    readonly kid: string;
  };
  readonly firm: FirmAnswer & { readonly root: string };
  readonly half: string;
  readonly unlock: string | null;
  /** In the answer to a password only. */
  readonly offer_passkey?: boolean;
}

interface Params {
  readonly m_kib: number;
  readonly t: number;
  readonly p: number;
}

export interface Credential {
  readonly s: string;
  readonly auth_key: string;
}

/** A fresh proof of who asks: the present password's authentication key, or a signature by the open key. */
export type Proof = { readonly auth_key: string } | { readonly login: Doc };

interface RecoveryCodes {
  readonly recovery_codes: readonly string[];
}

export const api = {
  /** The log's newest signed head, with the proof that it grew from one of so many entries. */
  logHead: (since: number) =>
    call<{
      key: string | null;
      checkpoint: string | null;
      proof: readonly string[];
      /** Where the log began anew after a restore. */
      begun: readonly ShownBeginning[];
    }>("GET", `/api/audit/checkpoint?since=${since}`),
  /** The proof file of an entry, counted from 0. */
  logProof: async (index: number) =>
    new Uint8Array(await new Response(await download(`/api/audit/entries/${index}/proof`)).arrayBuffer()),
  startSignIn: (firm: string, username: string) =>
    call<{ firm: string; s: string; params: Params }>("POST", "/api/sign-in/start", { firm, username }),
  signInWithPassword: (body: {
    firm: string;
    username: string;
    auth_key: string;
    keep: boolean;
    code: string | null;
  }) => call<Session>("POST", "/api/sign-in/password", body),
  challenge: (firm: string) =>
    call<{ firm: string; nonce: string }>("POST", "/api/sign-in/challenge", { firm }),
  signInWithKey: (firm: string, login: Doc) => call<Session>("POST", "/api/sign-in/key", { firm, login }),
  signInWithPasskey: (body: {
    firm: string;
    nonce: string;
    credential: string;
    client_data: string;
    authenticator_data: string;
    signature: string;
  }) => call<Session>("POST", "/api/sign-in/passkey", body),
  session: () => call<Session>("GET", "/api/session"),
  sessionLeft: () => call<{ left_s: number; renewable: boolean }>("GET", "/api/session/left"),
  /** For opening the key again with a passkey; `credentials`: ids of the person's. */
  unlockChallenge: () =>
    call<{ nonce: string; credentials: readonly string[] }>("POST", "/api/session/unlock/challenge", {}),
  unlockWithPasskey: (body: {
    nonce: string;
    credential: string;
    client_data: string;
    authenticator_data: string;
    signature: string;
  }) => call<{ unlock: string }>("POST", "/api/session/unlock/passkey", body),
  unlock: (authKey: string) =>
    call<{ unlock: string | null }>("POST", "/api/session/unlock", { auth_key: authKey }),
  /** The person's own, sealed; number 0 and null while there is none. */
  selfRecord: () => call<{ number: number; age: string | null }>("GET", "/api/account/self"),
  writeSelfRecord: (body: { number: number; age: string }) =>
    call<unknown>("POST", "/api/account/self", body),
  accountChallenge: () => call<{ nonce: string }>("POST", "/api/account/challenge", {}),
  changePassword: (body: { proof: Proof; credential: Credential; unlock: string }) =>
    call<Session>("POST", "/api/account/password", body),
  addPasskey: (body: {
    proof: Proof;
    nonce: string;
    credential: string;
    client_data: string;
    attestation: string;
    name: string;
    unlock: string;
  }) => call<unknown>("POST", "/api/account/passkeys", body),
  removePasskey: (id: string) => call<unknown>("POST", `/api/account/passkeys/${id}/remove`, {}),
  addSecondFactor: (body: { proof: Proof; secret: string; code: string }) =>
    call<RecoveryCodes>("POST", "/api/account/second-factor", body),
  removeSecondFactor: (authKey: string, code: string) =>
    call<unknown>("POST", "/api/account/second-factor/remove", { auth_key: authKey, code }),
  renewRecoveryCodes: (authKey: string, code: string) =>
    call<RecoveryCodes>("POST", "/api/account/recovery-codes", { auth_key: authKey, code }),
  endSession: () => call<unknown>("POST", "/api/session/end", {}),
  addClient: (number: string, name: string) => call<{ id: string }>("POST", "/api/clients", { number, name }),
  addDossier: (client: string, title: string) =>
    call<{ id: string }>("POST", `/api/clients/${client}/dossiers`, { title }),
};
