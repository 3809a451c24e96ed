/** The owner founds his firm: its keys are made, saved and certified in this page, before the server learns of them. */

import { beginFirm, foundFirm, type NewFirm, ownerFile, setUpFile } from "../ceremonies/found";
import { sealedKeyFile } from "../ceremonies/key_file";
import { signInWithPassword } from "../ceremonies/sign_in";
import { printOf } from "../seals/keys";
import { find, findAll, write } from "../ui/dom";
import { atWork, entry, field, filled, isUsername, onSubmit, showFault, showFieldError } from "../ui/form";
import { now, pageLanguage } from "../ui/format";
import { onSecret } from "../ui/fragment";
import { hideMessage, showMessage } from "../ui/message";
import { PasswordBlock } from "../ui/password_block";
import { saveFile } from "../ui/save";
import { listenToShares } from "../ui/share_buttons";
import { shownStep, showStep } from "../ui/steps";
import { texts } from "../ui/texts";
import { WireError } from "../wire/http";

const FIRM_FIELDS = ["firm-name", "firm-place", "owner-name", "owner-username"] as const;
const PROBLEM_FIELDS = {
  username_invalid: "owner-username",
  username_taken: "owner-username",
  name_invalid: "owner-name",
};
/** Of the sheet; two of them do what it does, but who has only two loses it with one. */
const SHARES = 3;

const form = find<HTMLFormElement>('form[data-form="set-up"]');
const submitButton = find("[data-submit]", form);
const block = new PasswordBlock(() => [...FIRM_FIELDS.map(entry), form.dataset["slug"] ?? ""]);
const saved = new Set<string>();
let password = "";
/** An answer was lost on the way: the firm may be founded already. */
let isUncertain = false;

let isStarted = false;

async function start(token: string): Promise<void> {
  if (isStarted) return;
  if (token === "") {
    const { title, text } = texts().setUp.noToken;
    showMessage("lock", title, text);
    return;
  }
  const made = await beginFirm(token);
  isStarted = true;
  hideMessage();
  const { firm } = made;
  form.dataset["slug"] = firm.slug;
  write("[data-firm-name]", firm.name);
  for (const suffix of findAll("[data-slug-suffix]")) suffix.textContent = `@${firm.slug}`;
  if (entry("firm-name") === "") field("firm-name").value = firm.name;
  write("[data-fingerprint]", texts().setUp.fingerprint(printOf(made.root.kid)));
  listen(made);
}

function listen(made: NewFirm): void {
  const next = (name: string) => find(`[data-step="${name}"] [data-next]`);
  const toPassword = () => atWork(next("firm"), async () => void (isFirmFilled() && showStep("password")));
  next("firm").addEventListener("click", () => void toPassword());
  const toSave = () => atWork(next("password"), choosePassword);
  next("password").addEventListener("click", () => void toSave());
  find("[data-back]").addEventListener("click", () => showStep("firm"));
  const onSave = (what: string, save: () => Promise<void>): void => {
    const button = find(`[data-save="${what}"]`);
    button.addEventListener("click", () => void atWork(button, save).then(() => button.focus()));
  };
  onSave("key-file", () => saveKeyFile(made));
  onSave("daily-file", () => saveDailyFile(made));
  onSave("sheet", () => saveSheet(made));
  const splittable = () => ({
    ...made,
    fingerprint: made.root.kid,
    firm: firmLine(),
    slug: made.firm.slug,
  });
  listenToShares(splittable, (count) => count === SHARES && markSaved("shares"));
  field("saved").addEventListener("change", markReady);
  // What was saved is worth nothing without this page, which would make other keys.
  window.addEventListener("beforeunload", (event) => {
    if (saved.size > 0 && shownStep() !== "done") event.preventDefault();
  });
  onSubmit(form, () => {
    // Enter in a field of an earlier step goes on to the next one.
    if (shownStep() === "firm") void toPassword();
    else if (shownStep() === "password") void toSave();
    else void atWork(submitButton, () => found(made));
  });
}

function isFirmFilled(): boolean {
  const entries = filled(FIRM_FIELDS);
  if (entries === null) return false;
  field("owner-username").value = entries["owner-username"].toLowerCase();
  if (isUsername(entry("owner-username"))) return true;
  showFieldError("owner-username", texts().form.username);
  return false;
}

async function choosePassword(): Promise<void> {
  const chosen = await block.accepted();
  if (chosen === null) return;
  if (chosen !== password) forgetSaved();
  password = chosen;
  showStep("save");
}

/** Files hold the user name and are under the password: changed, they must be saved again. */
function forgetSaved(): void {
  saved.clear();
  for (const mark of findAll("[data-saved-mark]")) mark.hidden = true;
  field("saved").checked = false;
  markReady();
}

function markSaved(what: string): void {
  saved.add(what);
  find(`[data-saved-mark="${what}"]`).hidden = false;
  markReady();
}

function isReady(): boolean {
  return field("saved").checked && saved.has("key-file") && (saved.has("sheet") || saved.has("shares"));
}

function markReady(): void {
  submitButton.setAttribute("aria-disabled", String(!isReady()));
}

async function saveKeyFile(made: NewFirm): Promise<void> {
  const file = await sealedKeyFile(setUpFile(made, entry("owner-username")), password);
  saveFile(file, `${texts().setUp.keyFile}-${made.firm.slug}.age`, "application/octet-stream");
  markSaved("key-file");
}

/** For every day and for programs: the owner's own key, without root and recovery. */
async function saveDailyFile(made: NewFirm): Promise<void> {
  const username = entry("owner-username");
  const file = await sealedKeyFile(ownerFile(made, username), password);
  const name = `${texts().setUp.dailyFile}-${made.firm.slug}-${username}.age`;
  saveFile(file, name, "application/octet-stream");
  markSaved("daily-file");
}

async function saveSheet(made: NewFirm): Promise<void> {
  const { sheetPdf } = await import("../paper/sheet");
  const { rootSeed, recoverySeed } = made;
  const facts = {
    firm: firmLine(),
    owner: entry("owner-name"),
    server: location.origin,
    fingerprint: made.root.kid,
    rootSeed,
    recoverySeed,
    today: now(),
  };
  const pdf = await sheetPdf(facts, texts().sheet, pageLanguage());
  saveFile(pdf, `${texts().setUp.sheet}-${made.firm.slug}.pdf`, "application/pdf");
  markSaved("sheet");
}

function firmLine(): string {
  return [entry("firm-name"), entry("firm-place")].join(", ");
}

async function found(made: NewFirm): Promise<void> {
  if (!isReady()) {
    const { title, text } = texts().setUp.saveFirst;
    showMessage("lock", title, text);
    return;
  }
  try {
    await send(made);
  } catch (error) {
    const isAboutFirm = error instanceof WireError && Object.hasOwn(PROBLEM_FIELDS, error.code);
    if (!isAboutFirm) throw error;
    forgetSaved();
    showStep("firm");
    showFault(error, PROBLEM_FIELDS);
    return;
  }
  password = "";
  block.clear();
  showStep("done");
}

/** Founds the firm; if an earlier answer was lost and the link is used up, it is ours, and the password signs in. */
async function send(made: NewFirm): Promise<void> {
  const username = entry("owner-username");
  const entries = {
    name: entry("owner-name"),
    username,
    firmName: entry("firm-name"),
    firmPlace: entry("firm-place"),
    password,
  };
  try {
    await foundFirm(made, entries, now());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const wasFounded = isUncertain && error.code === "set_up_link_invalid";
    isUncertain ||= error.status === 0;
    if (!wasFounded) throw error;
    await signInWithPassword(made.firm.slug, username, password);
  }
}

onSecret(FIRM_FIELDS, (token) => void start(token).catch(showFault));
