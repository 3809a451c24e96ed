/** The panel of passkeys on Mein Zugang. */

import { addPasskey } from "../ceremonies/passkey";
import { canUsePasskeys } from "../keyring/passkeys";
import { api } from "../wire/api";
import { find, findAll } from "./dom";
import { atWork, entry, filled, onSubmit } from "./form";
import { proofFields, proven } from "./proof";

export function listenToPasskeys(): void {
  const panel = find("[data-passkeys]");
  panel.hidden = !canUsePasskeys() && findAll("[data-passkey]", panel).length === 0;
  const adding = find("[data-passkey-adding]", panel);
  adding.hidden = !canUsePasskeys();
  if (location.hash === "#passkeys") invite(panel, adding);
  listenToAdding(find<HTMLFormElement>('form[data-form="passkey"]', panel));
  for (const button of findAll("button[data-remove-passkey]", panel))
    button.addEventListener("click", () => void atWork(button, () => remove(button)));
}

/** Whoever comes from the offer at the sign-in finds the form open. */
function invite(panel: HTMLElement, adding: HTMLElement): void {
  find<HTMLDetailsElement>("details", adding).open = true;
  panel.scrollIntoView();
}

function listenToAdding(form: HTMLFormElement): void {
  const add = async (): Promise<void> => {
    if (filled(["passkey-name"]) === null) return;
    const asked = await proven("passkey-password");
    if (asked === null) return;
    const known = findAll("[data-passkey]").map(({ dataset }) => dataset["passkey"] ?? "");
    await addPasskey(asked, entry("passkey-name"), known);
    location.reload();
  };
  const fields = { ...proofFields("passkey-password"), passkey_name_invalid: "passkey-name" };
  onSubmit(form, () => void atWork(find("[data-submit]", form), add, fields));
}

async function remove(button: HTMLElement): Promise<void> {
  // An error is told on the page, which the dialog would hide.
  button.closest("dialog")?.close();
  await api.removePasskey(button.dataset["removePasskey"] ?? "");
  location.reload();
}
