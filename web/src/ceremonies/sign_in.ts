/** Sign-in with a password or a key file; what comes out is an open key and a pinned root. */

import { toBase64url } from "../crypto/base64";
import { keepOpen, type Open } from "../keyring/keyring";
import { stretch } from "../keyring/stretch";
import { LOGIN, signDocument, toDoc } from "../seals/documents";
import { must, RefusedError } from "../seals/errors";
import type { KeyFile } from "../seals/keyfile";
import { holderKeys } from "../seals/keys";
import { openUnlock, passwordKeys, passwordSalt, requireParams } from "../seals/unlock";
import { api, type Session } from "../wire/api";
import { fromWire } from "../wire/codec";

/** The two keys of a person's present password. @throws RefusedError (`weak_parameters`), WireError. */
export async function presentKeys(slug: string, username: string, password: string) {
  const { firm, s, params } = await api.startSignIn(slug, username);
  requireParams(params);
  const salt = passwordSalt(firm, username, fromWire(s));
  return { firm, ...passwordKeys(await stretch(password, salt)) };
}

interface SignInWishes {
  /** The session outlives the browser; not with a code. */
  readonly keep?: boolean;
  /** A one-time password or recovery code, for whoever has a second factor (else WireError `code_needed`). */
  readonly code?: string;
}

/** @throws UnlockError (`wrong_password`), IntegrityError (`session_differs`, `root_differs`), WireError. */
export async function signInWithPassword(
  slug: string,
  username: string,
  password: string,
  { keep = false, code = "" }: SignInWishes = {},
): Promise<Open> {
  const { firm, authentication, wrapping } = await presentKeys(slug, username, password);
  const session = await api.signInWithPassword({
    firm: slug,
    username,
    auth_key: toBase64url(authentication),
    keep: keep && code === "",
    code: code === "" ? null : code,
  });
  must(
    session.firm.id === firm && session.unlock !== null,
    "session_differs",
    "the session is another firm's",
  );
  return keepOpen(
    session,
    firm,
    await openUnlock(wrapping, firm, session.person.id, fromWire(session.unlock)),
  );
}

/** Opens the key again in a session that goes on. @throws as `signInWithPassword`. */
export async function unlockWithPassword(session: Session, password: string): Promise<Open> {
  const { firm, person } = session;
  const keys = await presentKeys(firm.slug, person.username, password);
  const { unlock } = await api.unlock(toBase64url(keys.authentication));
  must(keys.firm === firm.id && unlock !== null, "session_differs", "the session is another firm's");
  return keepOpen(session, firm.id, await openUnlock(keys.wrapping, firm.id, person.id, fromWire(unlock)));
}

/** @throws RefusedError (`foreign_key_file`), IntegrityError (`session_differs`, `root_differs`), WireError. */
export async function signInWithKeyFile(file: KeyFile, now: number): Promise<Open> {
  const { firm, nonce } = await api.challenge(file.slug);
  if (firm !== file.firm) throw new RefusedError("foreign_key_file", "the key file is for another firm");
  const keys = await holderKeys(file.seed);
  const fields = { firm, nonce, origin: location.origin, subject: file.person, time: now };
  const session = await api.signInWithKey(file.slug, toDoc(await signDocument(LOGIN, fields, keys.signing)));
  return keepOpen(session, firm, file);
}
