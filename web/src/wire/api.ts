/** The calls of docs/formats.md, section 10, with the shapes of their bodies and answers. */

import type { Head } from "../seals/chain";
import type { Doc } from "../seals/documents";
import { call } from "./http";

export interface FirmAnswer {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

type Role = "clerk" | "client" | "owner";

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

export interface CertificateAnswer {
  readonly doc: Doc;
  readonly accepted_at: number;
  readonly log_index: number;
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

export interface EntryAnswer {
  readonly record: Doc;
  readonly roster?: Doc | null;
  readonly epoch?: Doc | null;
  readonly previous_seed?: string | null;
  readonly manifests?: readonly Doc[] | null;
  readonly accepted_at: number;
  readonly log_index: number;
}

export interface RowAnswer {
  readonly node: string;
  readonly version: number;
  readonly row: string;
}

export interface Append {
  readonly record: Doc;
  readonly roster?: Doc;
  readonly epoch?: Doc;
  readonly previous_seed?: string;
  readonly wraps?: readonly { readonly key: string; readonly age: string }[];
  readonly rows?: readonly RowAnswer[];
}

/** A record for one of several vaults. */
export interface VaultAppend extends Append {
  readonly vault: string;
}

export interface News extends Head {
  readonly records: readonly EntryAnswer[];
  readonly more: boolean;
  readonly certificates: readonly CertificateAnswer[];
  readonly wraps: readonly { readonly epoch: number; readonly age: string }[];
  readonly rows: readonly RowAnswer[];
  /** Names of the people in these records, as the server has them. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly due: boolean;
}

export interface InvitationAnswer {
  readonly firm: FirmAnswer;
  readonly person: { readonly id: string; readonly name: string; readonly username: string };
  readonly role: Role;
  readonly certificates: readonly CertificateAnswer[];
  readonly certificate: Doc;
  readonly nonce: string;
}

export interface InvitedVault {
  readonly vault: string;
  readonly title: string;
  readonly epoch: Doc;
  readonly roster: Doc;
  readonly wrap: string;
}

interface CheckAnswer {
  readonly upload: string;
  readonly verdict: Doc | null;
  readonly code: string | null;
  readonly message: string;
}

export interface VersionAnswer {
  readonly manifest: Doc;
  readonly header: string;
  readonly verdict: Doc | null;
  readonly leaves: string;
}

const vaultPath = (vault: string): string => `/api/vaults/${vault}`;
const versionPath = (vault: string, node: string, version: number): string =>
  `${vaultPath(vault)}/nodes/${node}/versions/${version}`;

export const api = {
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
  unlock: (authKey: string) =>
    call<{ unlock: string | null }>("POST", "/api/session/unlock", { auth_key: authKey }),
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

  openSetUp: (token: string) =>
    call<{ firm: FirmAnswer; scanner_key: string; service_key: string }>("POST", "/api/set-up/open", {
      token,
    }),
  setUp: (body: {
    token: string;
    name: string;
    username: string;
    firm_name: string;
    firm_place: string;
    person: string;
    certificates: readonly Doc[];
    credential: Credential;
    unlock: string;
  }) => call<Session>("POST", "/api/set-up", body),

  certificates: () => call<{ certificates: readonly CertificateAnswer[] }>("GET", "/api/keys/certificates"),
  provisional: () => call<{ certificates: readonly CertificateAnswer[] }>("GET", "/api/keys/provisional"),
  addCertificate: (doc: Doc) => call<unknown>("POST", "/api/keys/certificates", { doc }),

  invite: (body: {
    id: string;
    person: { id: string; name: string; username: string };
    role: Role;
    client: string | null;
    certificate: Doc;
    vaults: readonly VaultAppend[];
  }) => call<unknown>("POST", "/api/invitations", body),
  invitation: (id: string) => call<InvitationAnswer>("GET", `/api/invitations/${id}`),
  invitedVaults: (id: string, login: Doc) =>
    call<{ vaults: readonly InvitedVault[] }>("POST", `/api/invitations/${id}/wraps`, { login }),
  redeem: (
    id: string,
    body: {
      certificate: Doc;
      wraps: readonly { vault: string; epoch: number; age: string }[];
      credential: Credential;
      unlock: string;
    },
  ) => call<Session>("POST", `/api/invitations/${id}/redeem`, body),

  beginVault: (id: string, dossier: string | null, append: Append) =>
    call<Head>("POST", "/api/vaults", { id, dossier, ...append }),
  head: (vault: string) => call<Head>("GET", `${vaultPath(vault)}/head`),
  news: (vault: string, since: number, isBackground: boolean) =>
    call<News>("GET", `${vaultPath(vault)}/news?since=${since}${isBackground ? "&background=true" : ""}`),
  append: (vault: string, append: Append) => call<Head>("POST", `${vaultPath(vault)}/records`, append),
  scannerKey: () => call<{ doc: Doc }>("GET", "/api/scanner-key"),
  check: (
    vault: string,
    uploads: readonly { upload: string; payload_hash: string; commitment: string; scanner_header: string }[],
  ) => call<{ results: readonly CheckAnswer[] }>("POST", `${vaultPath(vault)}/check`, { uploads }),
  commit: (
    vault: string,
    body: {
      record: Doc;
      files: readonly { upload: string; manifest: Doc; header: string; row: string }[];
      rows?: readonly RowAnswer[];
    },
  ) => call<Head>("POST", `${vaultPath(vault)}/commit`, body),
  version: (vault: string, node: string, version: number) =>
    call<VersionAnswer>("GET", versionPath(vault, node, version)),
  payloadPath: (vault: string, node: string, version: number): string =>
    `${versionPath(vault, node, version)}/payload`,

  addClient: (number: string, name: string) => call<{ id: string }>("POST", "/api/clients", { number, name }),
  addDossier: (client: string, title: string) =>
    call<{ id: string }>("POST", `/api/clients/${client}/dossiers`, { title }),
};
