/** The Notfallblatt is at hand: sheet → who → password → owner, and into every dossier and team. */

import { becomeOwner, type Emergency, type NextRoot, showSheet } from "../ceremonies/emergency";
import { placeAt } from "../ceremonies/revoke";
import { rotateAll } from "../ceremonies/rotate_all";
import { type Sheet, sheetOf } from "../ceremonies/sheet";
import { takeOver } from "../ceremonies/take_over";
import { randomBytes } from "../crypto/bytes";
import type { Open } from "../keyring/keyring";
import { acknowledgeRoot } from "../keyring/root_news";
import type { Certificates } from "../seals/certificates";
import { printOf } from "../seals/keys";
import { find, write } from "../ui/dom";
import { atWork, entry, field, filled, isUsername, onSubmit, showFieldError } from "../ui/form";
import { now, pageLanguage } from "../ui/format";
import { PasswordBlock } from "../ui/password_block";
import { saveFile } from "../ui/save";
import { forgetSheet, SHEET_FIELDS, shownRecoveryAlone, shownSheet } from "../ui/sheet_block";
import { shownStep, showStep } from "../ui/steps";
import { texts } from "../ui/texts";

const SLUG_FIELDS = { unknown_firm: "firm-slug", sign_in_refused: "root-key", pin_invalid: "root-pin" };
const NAME_FIELDS = { name_invalid: "name", username_invalid: "username", username_taken: "username" };
const NOBODY = "";

const form = find<HTMLFormElement>('form[data-form="emergency"]');
const who = find<HTMLSelectElement>("#who");
const block = new PasswordBlock(() => [entry("name"), entry("username"), shown?.answer.firm.name ?? ""]);
let shown: Emergency | null = null;
/** The new sheet, where the root is lost; saved before it counts. */
let next: Sheet | null = null;
let isSaved = false;
/** Once the key is made, only what follows is tried again. */
let open: Open | null = null;

async function show(): Promise<void> {
  const entries = filled(["firm-slug"]);
  if (entries === null) return;
  shown = isRootLost() ? await showRest(entries["firm-slug"]) : await showWhole(entries["firm-slug"]);
  if (shown === null) return;
  const { answer, certificates } = shown;
  const { firm } = answer;
  const owners = answer.owners.map((one) => ({ ...one, print: printOfOwner(certificates, one.id) }));
  write("[data-firm-name]", firm.name);
  who.replaceChildren(
    ...owners.map(({ id, name, username, print }) => new Option(`${name} (${username})${print}`, id)),
    new Option(texts().emergency.somebodyNew, NOBODY),
  );
  find("[data-gone]").replaceChildren(
    ...owners.map(({ id, name, print }) => goneLine(id, `${name}${print}`)),
  );
  chooseWho();
  forgetSheet();
  find("[data-new-root-sheet]").hidden = next === null;
  showStep("owner");
}

function isRootLost(): boolean {
  return field("root-lost").checked;
}

async function showWhole(slug: string): Promise<Emergency | null> {
  const sheet = await shownSheet();
  return sheet && showSheet(slug, { ...sheet, pin: sheet.root.kid }, now());
}

/** Recovery alone: a new root is made here, for a new sheet. */
async function showRest(slug: string): Promise<Emergency | null> {
  const rest = await shownRecoveryAlone();
  if (rest === null) return null;
  const emergency = await showSheet(slug, { ...rest, root: null }, now());
  next = await sheetOf(randomBytes(32), rest.recoverySeed);
  isSaved = false;
  const prints = texts().root.from(printOf(emergency.certificates.root), printOf(next.root.kid));
  write("[data-change-prints]", prints);
  return emergency;
}

/** The print of an owner's newest key, as the sheet's root proves it; what he is called the server says. */
function printOfOwner(certificates: Certificates, id: string): string {
  const own = certificates.all().filter(({ kind, subject }) => kind === "owner" && subject === id);
  const [newest] = own.sort((a, b) => b.generation - a.generation);
  return newest === undefined ? "" : ` · ${printOf(newest.kid)}`;
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

function chooseLost(): void {
  find("[data-root-pin]").hidden = !isRootLost();
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

async function saveSheet(): Promise<void> {
  if (shown === null || next === null) return;
  const { sheetPdf } = await import("../paper/sheet");
  const { firm, owners } = shown.answer;
  const { rootSeed, recoverySeed, root } = next;
  const owner = owners.find(({ id }) => id === who.value)?.name ?? entry("name");
  const facts = { firm: firm.name, owner, server: location.origin, fingerprint: root.kid, today: now() };
  const pdf = await sheetPdf({ ...facts, rootSeed, recoverySeed }, texts().sheet, pageLanguage());
  const name = `${texts().setUp.sheet}-${firm.slug}-${printOf(root.kid).slice(0, 4)}.pdf`;
  saveFile(pdf, name, "application/pdf");
  isSaved = true;
  find('[data-saved-mark="new-sheet"]').hidden = false;
}

/** What is to be signed besides; undefined, with an error at the field, while the new sheet is not safe. */
function nextRoot({ certificates }: Emergency): NextRoot | null | undefined {
  if (next === null) return null;
  if (!isSaved || !field("change-saved").checked) {
    showFieldError("change-saved", texts().root.saveFirst);
    return undefined;
  }
  const day = field("change-since").value;
  const compromisedSince =
    day === "" ? null : placeAt(certificates, new Date(`${day}T00:00:00`).getTime() / 1000);
  return { keys: next.root, compromisedSince };
}

async function takePlace(): Promise<void> {
  if (shown === null) return;
  if (open === null) {
    const chose = chosen(shown);
    const root = chose === null ? undefined : nextRoot(shown);
    const password = chose === null || root === undefined ? null : await block.accepted();
    if (chose === null || root === undefined || password === null) return;
    open = await becomeOwner(shown, chose, password, now(), root);
    block.clear();
    // Who has just changed it need not be told.
    if (root !== null) await acknowledgeRoot();
  }
  const { progress, done } = texts().emergency;
  const say = (text: string): void => write("[data-progress]", text);
  const taken = await takeOver(open, shown.sheet.recovery, ({ rotated }) => say(progress(rotated.length)));
  const { failed } = await rotateAll(open);
  const left = new Set([...taken.failed, ...failed].map(({ id }) => id)).size;
  shown = null;
  next = null;
  write("[data-result]", done(taken.rotated.length, left));
  showStep("done");
}

function goOn(): void {
  if (shownStep() === "sheet")
    void atWork(find("[data-next]", form), show, { ...SHEET_FIELDS, ...SLUG_FIELDS });
  else void atWork(find("[data-submit]", form), takePlace, NAME_FIELDS);
}

who.addEventListener("change", chooseWho);
field("root-lost").addEventListener("change", chooseLost);
const saveButton = find('[data-save="new-sheet"]');
saveButton.addEventListener("click", () => void atWork(saveButton, saveSheet));
find("[data-next]", form).addEventListener("click", goOn);
onSubmit(form, goOn);
