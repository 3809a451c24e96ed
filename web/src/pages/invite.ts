/** Inviting a client or a clerk: the code is made here and stands in the letter alone. */

import { invite, type Letter, type OfferedVault } from "../ceremonies/invite";
import type { Open } from "../keyring/keyring";
import { grouped, letterLink } from "../seals/invitations";
import { find, findAll, maybe, write } from "../ui/dom";
import { atWork, entry, field, filled, isUsername, onSubmit, showFieldError, writeError } from "../ui/form";
import { formatDay, now, pageLanguage } from "../ui/format";
import { fileNameOf, saveFile } from "../ui/save";
import { shownVault } from "../ui/shown_vault";
import { showStep } from "../ui/steps";
import { texts } from "../ui/texts";
import { openKey } from "../ui/unlock";

const PROBLEM_FIELDS = {
  username_invalid: "username",
  username_taken: "username",
  name_invalid: "display-name",
};

const form = find<HTMLFormElement>('form[data-form="invite"]');
const submitButton = find("[data-submit]", form);
const saveButton = find('[data-save="letter"]');
const client = form.dataset["client"] ?? null;

function chosenVaults(): readonly OfferedVault[] {
  const chosen = findAll<HTMLInputElement>('input[name="dossier"]:checked', form);
  return chosen.map(({ dataset, value }) => ({ id: dataset["vault"] ?? "", ...shownVault(dataset, value) }));
}

function isComplete(): boolean {
  const entries = filled(["display-name", "username"]);
  if (entries === null) return false;
  field("username").value = entries.username.toLowerCase();
  if (!isUsername(entry("username"))) {
    showFieldError("username", texts().form.username);
    return false;
  }
  if (client === null || chosenVaults().length > 0) return true;
  writeError("dossier", texts().invite.noDossier);
  return false;
}

async function issue(): Promise<void> {
  if (!isComplete()) return;
  const key = await openKey();
  if (key === null) return;
  const role = client === null ? "clerk" : "client";
  const guest = {
    name: entry("display-name"),
    username: entry("username"),
    role,
    client,
    vaults: chosenVaults(),
  } as const;
  const letter = await invite(key.open, key.certificates, guest, now());
  write("[data-letter-name]", guest.name);
  write("[data-letter-until]", formatDay(letter.notAfter, pageLanguage()));
  saveButton.addEventListener("click", () => void atWork(saveButton, () => save(key.open, letter)));
  window.addEventListener("beforeunload", warn);
  showStep("letter");
}

let isSaved = false;

/** The letter cannot be made again once the page is gone. */
function warn(event: BeforeUnloadEvent): void {
  if (!isSaved) event.preventDefault();
}

async function save({ session }: Open, { code, guest, id, notAfter }: Letter): Promise<void> {
  const { letterPdf } = await import("../paper/letter");
  const { firmPlace: place = "", firmPhone: phone = "" } = form.dataset;
  const { name, slug } = session.firm;
  const facts = {
    firm: { name, slug, place, phone },
    guest,
    server: location.origin,
    link: letterLink(location.origin, id, code),
    id,
    code: grouped(code),
    notAfter,
    today: now(),
  };
  const pdf = await letterPdf(facts, texts().letter, pageLanguage());
  saveFile(pdf, `${fileNameOf(texts().invite.letter, guest.name)}.pdf`, "application/pdf");
  isSaved = true;
}

onSubmit(form, () => {
  if (maybe('[data-step="letter"][hidden]') !== null) void atWork(submitButton, issue, PROBLEM_FIELDS);
});
