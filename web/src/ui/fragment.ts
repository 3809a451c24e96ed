/** Secrets that come in the address: the one-time token of the set-up, the code of an invitation. */

import { findAll } from "./dom";

/**
 * What stands behind the # of the address, which is removed at once: it shall stay neither in the history nor on the
 * screen. When the person changes the language it goes along, in the fragment of the form's address; no browser sends
 * that, and it is kept through the redirect back to this page.
 */
export function takeFragment(): string {
  const secret = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  if (secret !== "") {
    for (const form of findAll<HTMLFormElement>('form[action="/sprache"]')) {
      form.addEventListener("submit", () => form.setAttribute("action", `/sprache#${secret}`));
    }
  }
  return secret;
}
