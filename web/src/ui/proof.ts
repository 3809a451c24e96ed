/** Who asks proves it again on the pages of his own access: by his password, or by the key he came with. */

import { type Proven, proveByKey, proveByPassword } from "../ceremonies/access";
import { api } from "../wire/api";
import { find } from "./dom";
import { field, showFieldError } from "./form";
import { now } from "./format";
import { texts } from "./texts";

/** Whoever came with the key itself need not know the password. */
const METHODS_OF_THE_KEY = new Set(["key", "passkey"]);

/** Null, with an error at the field, when the password is missing. @throws as `proveByPassword`, `proveByKey`. */
export async function proven(passwordField: string): Promise<Proven | null> {
  const password = field(passwordField).value;
  const { method = "" } = find("[data-access-page]").dataset;
  if (password === "" && !METHODS_OF_THE_KEY.has(method)) {
    showFieldError(passwordField, texts().form.empty);
    return null;
  }
  const session = await api.session();
  return password === "" ? proveByKey(session, now()) : proveByPassword(session, password);
}

/** The errors of a proof, at its field. */
export function proofFields(passwordField: string): Readonly<Record<string, string>> {
  return { sign_in_refused: passwordField, key_closed: passwordField };
}
