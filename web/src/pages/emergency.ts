/** The Notfallblatt is at hand: sheet → who → password → owner, and into every dossier and team. */

import { becomeOwner, type Emergency, showSheet } from "../ceremonies/emergency";
import { rotateAll } from "../ceremonies/rotate_all";
import { takeOver } from "../ceremonies/take_over";
import type { Open } from "../keyring/keyring";
import { find, write } from "../ui/dom";
import { atWork, entry, filled, isUsername, onSubmit, showFieldError } from "../ui/form";
import { now } from "../ui/format";
import { PasswordBlock } from "../ui/password_block";
import { forgetSheet, SHEET_FIELDS, shownSheet } from "../ui/sheet_block";
import { shownStep, showStep } from "../ui/steps";
import { texts } from "../ui/texts";

const SLUG_FIELDS = { unknown_firm: "firm-slug", sign_in_refused: "root-key" };
const NAME_FIELDS = { name_invalid: "name", username_invalid: "username", username_taken: "username" };
const NOBODY = "";

const form = find<HTMLFormElement>('form[data-form="emergency"]');
const who = find<HTMLSelectElement>("#who");
const block = new PasswordBlock(() => [entry("name"), entry("username"), shown?.answer.firm.name ?? ""]);
let shown: Emergency | null = null;
/** Once the key is made, only what follows is tried again. */
let open: Open | null = null;

async function show(): Promise<void> {
  const entries = filled(["firm-slug"]);
  const sheet = entries && (await shownSheet());
  if (entries === null || sheet === null) return;
  shown = await showSheet(entries["firm-slug"], sheet, now());
  const { firm, owners } = shown.answer;
  write("[data-firm-name]", firm.name);
  who.replaceChildren(
    ...owners.map(({ id, name, username }) => new Option(`${name} (${username})`, id)),
    new Option(texts().emergency.somebodyNew, NOBODY),
  );
  find("[data-gone]").replaceChildren(...owners.map(({ id, name }) => goneLine(id, name)));
  chooseWho();
  forgetSheet();
  showStep("owner");
}

/** An owner whose key can be taken back besides. */
function goneLine(id: string, name: string): HTMLElement {
  const line = document.createElement("div");
  line.className = "form-check";
  const box = Object.assign(document.createElement("input"), {
    type: "checkbox",
    id: `gone-${id}`,
    value: id,
  });
  box.className = "form-check-input";
  const label = Object.assign(document.createElement("label"), { htmlFor: box.id, textContent: name });
  label.className = "form-check-label";
  line.append(box, label);
  return line;
}

function chooseWho(): void {
  find("[data-new-owner]").hidden = who.value !== NOBODY;
}

/** Whom the new key is for; null, with an error at the field, while something is missing. */
function chosen(emergency: Emergency) {
  const { owners } = emergency.answer;
  const owner = owners.find(({ id }) => id === who.value) ?? null;
  const boxes = [...find("[data-gone]").querySelectorAll<HTMLInputElement>("input:checked")];
  const gone = boxes.map(({ value }) => value);
  if (owner !== null) return { owner, name: "", username: "", gone };
  const entries = filled(["name", "username"]);
  if (entries === null) return null;
  if (isUsername(entries.username)) return { owner, ...entries, gone };
  showFieldError("username", texts().emergency.username);
  return null;
}

async function takePlace(): Promise<void> {
  if (shown === null) return;
  if (open === null) {
    const chose = chosen(shown);
    const password = chose === null ? null : await block.accepted();
    if (chose === null || password === null) return;
    open = await becomeOwner(shown, chose, password, now());
    block.clear();
  }
  const { progress, done } = texts().emergency;
  const say = (text: string): void => write("[data-progress]", text);
  const taken = await takeOver(open, shown.sheet.recovery, ({ rotated }) => say(progress(rotated.length)));
  const { failed } = await rotateAll(open);
  const left = new Set([...taken.failed, ...failed].map(({ id }) => id)).size;
  shown = null;
  write("[data-result]", done(taken.rotated.length, left));
  showStep("done");
}

function goOn(): void {
  if (shownStep() === "sheet")
    void atWork(find("[data-next]", form), show, { ...SHEET_FIELDS, ...SLUG_FIELDS });
  else void atWork(find("[data-submit]", form), takePlace, NAME_FIELDS);
}

who.addEventListener("change", chooseWho);
find("[data-next]", form).addEventListener("click", goOn);
onSubmit(form, goOn);
