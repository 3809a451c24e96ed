/** Secrets that come in the address: the one-time token of the set-up, the code of an invitation. */

import { find, findAll } from "./dom";
import { field } from "./form";
import { shownStep } from "./steps";

/**
 * Calls `then` with what stands behind the # of the address, now ("" if nothing does) and whenever another such link is
 * opened in this tab. It is removed at once: it shall stay neither in the history nor on the screen.
 *
 * When the person changes the language it goes along with what stands in the fields `kept`, in the fragment of the
 * form's address: no browser sends that, and it is kept through the redirect back to this page. Passwords do not go
 * along. On the last step there is nothing left to keep, and the way leads to the start page.
 */
export function onSecret(kept: readonly string[], then: (secret: string) => void): void {
  let secret = "";
  const take = (): void => {
    const [first = "", entries = ""] = location.hash.slice(1).split("?");
    secret = first;
    for (const [id, value] of new URLSearchParams(entries))
      if (kept.includes(id) && !field(id).readOnly) field(id).value = value;
    history.replaceState(null, "", location.pathname + location.search);
  };
  take();
  for (const form of findAll<HTMLFormElement>("form[data-language]"))
    form.addEventListener("submit", () => {
      if (shownStep() === "done") find<HTMLInputElement>("[name=next]", form).value = "/";
      else {
        const entries = new URLSearchParams(kept.map((id) => [id, field(id).value]));
        form.setAttribute("action", `/sprache#${secret}?${entries}`);
      }
    });
  window.addEventListener("hashchange", () => {
    if (location.hash.length < 2) return;
    take();
    then(secret);
  });
  then(secret);
}
