/** The emergency sheet at hand: shown, saved in three shares, or with a new root in the place of the old one. */

import { changeRoot, mayChangeRoot } from "../ceremonies/change_root";
import { sealedKeyFile } from "../ceremonies/key_file";
import { placeAt } from "../ceremonies/revoke";
import { type Sheet, sheetOf } from "../ceremonies/sheet";
import { randomBytes } from "../crypto/bytes";
import { heldSeed, type Open } from "../keyring/keyring";
import { acknowledgeRoot } from "../keyring/root_news";
import type { Certificates } from "../seals/certificates";
import { RefusedError } from "../seals/errors";
import { printOf, type SigningKeys } from "../seals/keys";
import type { Reason } from "../seals/revocations";
import { find, write } from "../ui/dom";
import { atWork, clearErrors, field, onSubmit, showFieldError } from "../ui/form";
import { now, pageLanguage } from "../ui/format";
import { drawLostVaults } from "../ui/lost_vaults";
import { showProblem, showStatus } from "../ui/message";
import { listenToRecovery } from "../ui/recovery_dialog";
import { saveFile } from "../ui/save";
import { listenToShares, type Splittable } from "../ui/share_buttons";
import { forgetSheet, SHEET_FIELDS, shownRecovery, shownSheet } from "../ui/sheet_block";
import { shownStep, showStep } from "../ui/steps";
import { texts } from "../ui/texts";
import { openKey } from "../ui/unlock";

const SHARES = 3;
const STRANGERS: readonly string[] = ["lost", "compromised"];

/** `root` and its seed are null while the root is lost; `by` changes it. */
interface Shown {
  readonly open: Open;
  readonly certificates: Certificates;
  readonly by: SigningKeys;
  readonly root: Sheet | null;
  readonly recoverySeed: Sheet["recoverySeed"];
}

const form = find<HTMLFormElement>('form[data-form="sheet"]');
const dialog = find<HTMLDialogElement>("dialog#change-root");
const changeForm = find<HTMLFormElement>("form", dialog);
let shown: Shown | null = null;
/** The new sheet, made when the dialog opens; saved before it counts. */
let next: Sheet | null = null;
let isSaved = false;

/**
 * All certificates: what the root certified since a day falls, and that day has its place in the log behind all that was
 * accepted before, also letters to those who are not among the firm's own yet.
 */
async function show(): Promise<void> {
  const rest = await shownRecovery();
  const sheet = rest === null ? await shownSheet() : null;
  const keys = sheet ?? rest;
  const key = keys && (await openKey(null));
  if (keys === null || key === null) return;
  const { certificates } = key;
  const isOurs = mayChangeRoot(certificates, keys.recovery.kid);
  if (!isOurs || (sheet !== null && sheet.root.kid !== certificates.root))
    throw new RefusedError("needs_root", "the sheet is not the firm's");
  const by = sheet?.root ?? keys.recovery;
  shown = { ...key, by, root: sheet, recoverySeed: keys.recoverySeed };
  forgetSheet();
  draw(certificates.root);
  showStep("shown");
  const { recovery } = keys;
  drawLostVaults({ ...key, recovery }).catch(showProblem);
}

function draw(root: string): void {
  write("[data-root-print]", printOf(root));
  find("[data-shares]").hidden = shown?.root === null;
  find("[data-change-recovery]").hidden = shown?.root === null;
  find("[data-root-lost]").hidden = shown?.root !== null;
}

function splittable(): Splittable | null {
  if (shown === null || shown.root === null) return null;
  const { rootSeed, recoverySeed, root } = shown.root;
  return {
    rootSeed,
    recoverySeed,
    fingerprint: root.kid,
    firm: firmLine(shown),
    slug: shown.open.session.firm.slug,
  };
}

function firmLine({ open }: Shown): string {
  return [open.session.firm.name, form.dataset["firmPlace"] ?? ""].filter((part) => part !== "").join(", ");
}

async function begin(): Promise<void> {
  if (shown === null) return;
  clearErrors();
  next = await sheetOf(randomBytes(32), shown.recoverySeed);
  isSaved = false;
  find('[data-saved-mark="new-sheet"]').hidden = true;
  write(
    "[data-change-prints]",
    texts().root.from(printOf(shown.certificates.root), printOf(next.root.kid)),
    dialog,
  );
  field("change-saved").checked = false;
  drawSince();
  dialog.showModal();
}

function drawSince(): void {
  find("[data-since]", dialog).hidden = !STRANGERS.includes(field("change-reason").value);
}

async function saveSheet(): Promise<void> {
  if (shown === null || next === null) return;
  await savePaper(shown, next);
  isSaved = true;
  find('[data-saved-mark="new-sheet"]').hidden = false;
}

async function savePaper(shown: Shown, { rootSeed, recoverySeed, root }: Sheet): Promise<void> {
  const { sheetPdf } = await import("../paper/sheet");
  const { firm, person } = shown.open.session;
  const facts = {
    firm: firmLine(shown),
    owner: person.name,
    server: location.origin,
    fingerprint: root.kid,
    rootSeed,
    recoverySeed,
    today: now(),
  };
  const pdf = await sheetPdf(facts, texts().sheet, pageLanguage());
  saveFile(
    pdf,
    `${texts().setUp.sheet}-${firm.slug}-${printOf(root.kid).slice(0, 4)}.pdf`,
    "application/pdf",
  );
}

/** Freely chosen: the stick again, with the new root in it. */
async function saveFileAnew(): Promise<void> {
  if (shown === null || next === null) return;
  const passphrase = field("change-passphrase").value;
  if (passphrase === "") {
    showFieldError("change-passphrase", texts().form.empty);
    return;
  }
  const { session, generation } = shown.open;
  const held = await heldSeed(session);
  if (held === null) throw new RefusedError("key_closed", "the key was closed meanwhile");
  const { firm, person } = session;
  const { rootSeed, recoverySeed, root } = next;
  const who = { firm: firm.id, slug: firm.slug, person: person.id, username: person.username, generation };
  const file = await sealedKeyFile(
    { ...who, root: root.kid, seed: held.seed, rootSeed, recoverySeed },
    passphrase,
  );
  saveFile(file, `${texts().setUp.keyFile}-${firm.slug}.age`, "application/octet-stream");
}

async function change(): Promise<void> {
  if (shown === null || next === null) return;
  if (!isSaved || !field("change-saved").checked) {
    showFieldError("change-saved", texts().root.saveFirst);
    return;
  }
  const { open, certificates, by } = shown;
  const reason = field("change-reason").value as Reason;
  const day = STRANGERS.includes(reason) ? field("change-since").value : "";
  const compromisedSince =
    day === "" ? null : placeAt(certificates, new Date(`${day}T00:00:00`).getTime() / 1000);
  await changeRoot(open, certificates, { by, reason, compromisedSince }, next.root, now());
  const key = await openKey(null);
  // Who has just changed it need not be told.
  await acknowledgeRoot();
  dialog.close();
  if (key === null) return;
  shown = { ...key, by: next.root, root: next, recoverySeed: next.recoverySeed };
  next = null;
  field("change-passphrase").value = "";
  draw(key.certificates.root);
  showStatus(texts().root.done(printOf(key.certificates.root)));
  find("#sheet-shown").focus();
}

listenToRecovery({
  shown: () => (shown?.root ? { ...shown, root: shown.root } : null),
  saveSheet: async (sheet) => (shown === null ? undefined : savePaper(shown, sheet)),
  replaced: async (sheet) => {
    const key = await openKey(null);
    if (key !== null) shown = { ...key, by: sheet.root, root: sheet, recoverySeed: sheet.recoverySeed };
  },
});
listenToShares(splittable, (count) => {
  if (count === SHARES) find('[data-saved-mark="shares"]').hidden = false;
});
onSubmit(form, () => {
  if (shownStep() === "show") void atWork(find("[data-submit]", form), show, SHEET_FIELDS);
});
const beginButton = find("[data-change-root]");
beginButton.addEventListener("click", () => void atWork(beginButton, begin));
field("change-reason").addEventListener("change", drawSince);
for (const [name, save] of [
  ["new-sheet", saveSheet],
  ["new-file", saveFileAnew],
] as const) {
  const button = find(`[data-save="${name}"]`);
  button.addEventListener("click", () => void atWork(button, save, "change-passphrase"));
}
onSubmit(changeForm, () => void atWork(find("[data-submit]", changeForm), change, "change-saved"));
