/** Secrets that come in the address: the one-time token of the set-up, the code of an invitation. */

import { findAll } from "./dom";

/**
 * Calls `then` with what stands behind the # of the address, now ("" if nothing does) and whenever another such link is
 * opened in this tab. It is removed at once: it shall stay neither in the history nor on the screen. When the person
 * changes the language it goes along, in the fragment of the form's address; no browser sends that, and it is kept
 * through the redirect back to this page.
 */
export function onSecret(then: (secret: string) => void): void {
  let secret = "";
  const take = (): void => {
    secret = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
  };
  take();
  for (const form of findAll<HTMLFormElement>('form[action="/sprache"]'))
    form.addEventListener("submit", () => form.setAttribute("action", `/sprache#${secret}`));
  window.addEventListener("hashchange", () => {
    if (location.hash.length < 2) return;
    take();
    then(secret);
  });
  then(secret);
}
