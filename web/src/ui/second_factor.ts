/** The panel of one-time passwords on Mein Zugang. */

import {
  addSecondFactor,
  newOneTimeSecret,
  type OneTimeSecret,
  removeSecondFactor,
  renewRecoveryCodes,
} from "../ceremonies/second_factor";
import { api } from "../wire/api";
import { find, findAll, maybe, write } from "./dom";
import { atWork, entry, field, filled, onSubmit, showFieldError } from "./form";
import { proofFields, proven } from "./proof";
import { qrCode } from "./qr";
import { fileNameOf, saveFile } from "./save";
import { texts } from "./texts";

export function listenToSecondFactor(): void {
  const adding = maybe<HTMLFormElement>('form[data-form="second-factor"]');
  if (adding !== null) listenToAdding(adding);
  const changing = maybe<HTMLFormElement>('form[data-form="second-factor-change"]');
  if (changing !== null) listenToChanging(changing);
}

/** The secret is made when somebody opens the form, and stays the same until it is used. */
function listenToAdding(form: HTMLFormElement): void {
  let secret: OneTimeSecret | null = null;
  const details = form.closest("details");
  details?.addEventListener("toggle", () => {
    if (!details.open || secret !== null) return;
    const { firm = "", username = "" } = find("[data-access-page]").dataset;
    secret = newOneTimeSecret(firm, username);
    find("[data-qr]", form).append(qrCode(secret.address, texts().access.qr));
    write("[data-secret]", secret.text.replace(/(.{4})(?=.)/g, "$1 "), form);
  });
  const add = async (): Promise<void> => {
    if (secret === null || filled(["factor-code"]) === null) return;
    const asked = await proven("factor-password");
    if (asked === null) return;
    showCodes(await addSecondFactor(asked, secret, entry("factor-code")));
  };
  const fields = { ...proofFields("factor-password"), code_refused: "factor-code" };
  onSubmit(form, () => void atWork(find("[data-submit]", form), add, fields));
}

function listenToChanging(form: HTMLFormElement): void {
  const fields = { sign_in_refused: "change-password", code_refused: "change-code" };
  const asked = async (): Promise<readonly [string, string] | null> => {
    const password = field("change-password").value;
    if (password === "") showFieldError("change-password", texts().form.empty);
    return password === "" || filled(["change-code"]) === null ? null : [password, entry("change-code")];
  };
  const renew = async (): Promise<void> => {
    const proof = await asked();
    if (proof !== null) showCodes(await renewRecoveryCodes(await api.session(), ...proof));
  };
  const remove = async (): Promise<void> => {
    const proof = await asked();
    if (proof === null) return;
    await removeSecondFactor(await api.session(), ...proof);
    location.reload();
  };
  const button = find("[data-action=remove-factor]", form);
  button.addEventListener("click", () => void atWork(button, remove, fields));
  onSubmit(form, () => void atWork(find("[data-submit]", form), renew, fields));
}

/** The codes take the place of the forms; leaving them reloads the page. */
function showCodes(codes: readonly string[]): void {
  const panel = find("[data-recovery]");
  for (const body of findAll("[data-factor]")) body.hidden = true;
  const list = find("[data-recovery-codes]", panel);
  list.replaceChildren(
    ...codes.map((code) => {
      const item = document.createElement("li");
      item.textContent = code;
      return item;
    }),
  );
  const { firm = "", username = "" } = find("[data-access-page]").dataset;
  const { recoveryTitle, recoveryFile } = texts().access;
  find("[data-action=save-codes]", panel).addEventListener("click", () =>
    saveFile(
      [`${recoveryTitle}: ${username}, ${firm}`, "", ...codes, ""].join("\r\n"),
      `${fileNameOf(recoveryFile, username)}.txt`,
      "text/plain",
    ),
  );
  find("[data-action=codes-kept]", panel).addEventListener("click", () => location.reload());
  panel.hidden = false;
  maybe("h3[tabindex]", panel)?.focus();
}
