/** The sign-in page: passkey, password or key file. None of them leaves this device. */

import { countersign } from "../ceremonies/countersign";
import { openedKeyFile } from "../ceremonies/key_file";
import { signInWithPasskey } from "../ceremonies/passkey";
import { signInWithKeyFile, signInWithPassword } from "../ceremonies/sign_in";
import type { Open } from "../keyring/keyring";
import { canUsePasskeys } from "../keyring/passkeys";
import { find, findAll, maybe } from "../ui/dom";
import { atWork, entry, field, filled, onSubmit, showFieldError } from "../ui/form";
import { now } from "../ui/format";
import { texts } from "../ui/texts";
import { WireError } from "../wire/http";

const passwordForm = find<HTMLFormElement>('form[data-form="sign-in"]');
const fileForm = find<HTMLFormElement>('form[data-form="key-file"]');

const PASSWORD_FIELDS = { unknown_firm: "firm-slug", sign_in_refused: "password", code_refused: "code" };
const FILE_FIELDS = {
  not_a_key_file: "key-file",
  key_file_damaged: "key-file",
  foreign_key_file: "key-file",
  unknown_firm: "key-file",
  passphrase_needed: "key-passphrase",
  wrong_passphrase: "key-passphrase",
};

/** The firm of the page's address, or the one typed; null, with an error at the field, when there is none. */
function firmSlug(): string | null {
  if (maybe("#firm-slug") === null) return passwordForm.dataset["slug"] ?? "";
  return filled(["firm-slug"]) === null ? null : entry("firm-slug").toLowerCase();
}

async function withPassword(): Promise<void> {
  const slug = firmSlug();
  if (slug === null || filled(["username"]) === null) return;
  const password = field("password").value;
  if (password === "") {
    showFieldError("password", texts().form.empty);
    return;
  }
  // "anna@muster", as the page shows it, is understood as well.
  const [username = ""] = entry("username").toLowerCase().split(`@${slug}`);
  const wishes = { keep: field("keep").checked, code: entry("code") };
  try {
    await enter(await signInWithPassword(slug, username, password, wishes));
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== "code_needed") throw error;
    askForCode();
  }
}

/** The password was right, but is not enough. With a code nobody stays signed in. */
function askForCode(): void {
  find("[data-code-block]").hidden = false;
  noKeeping();
  field("code").focus();
}

function noKeeping(): void {
  const keep = field("keep");
  keep.checked = false;
  keep.disabled = true;
  for (const hint of findAll("[data-keep-hint]"))
    hint.hidden = (hint.dataset["keepHint"] === "code") !== keep.disabled;
}

async function withPasskey(): Promise<void> {
  const slug = firmSlug();
  if (slug !== null) await enter(await signInWithPasskey(slug));
}

async function withKeyFile(): Promise<void> {
  const [file] = field("key-file").files ?? [];
  if (file === undefined) {
    showFieldError("key-file", texts().signIn.chooseFile);
    return;
  }
  const bytes = new Uint8Array(await file.slice(0, MAX_KEY_FILE_BYTES).arrayBuffer());
  const keyFile = await openedKeyFile(bytes, field("key-passphrase").value);
  await enter(await signInWithKeyFile(keyFile, now()));
}

/** More than any key file has, so that a wrong choice is not read whole. */
const MAX_KEY_FILE_BYTES = 128 * 1024;

async function enter(open: Open): Promise<void> {
  field("password").value = "";
  field("code").value = "";
  field("key-passphrase").value = "";
  if (open.session.person.role !== "client") await vouch(open);
  if (open.session.offer_passkey === true && canUsePasskeys()) offerPasskey();
  else location.assign(target());
}

/** Once, instead of the forms. */
function offerPasskey(): void {
  for (const part of findAll("[data-doors], [data-doors-head]")) part.hidden = true;
  const offer = find("[data-offer-passkey]");
  offer.hidden = false;
  find<HTMLAnchorElement>("[data-later]", offer).href = target();
  find("h1", offer).focus();
}

/** Keys that wait for a countersignature get it now; if the line is bad, at the next sign-in. */
async function vouch(open: Open): Promise<void> {
  try {
    await countersign(open, now());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

/**
 * `?next=`, the page that sent its visitor here, if it is one of ours, else the start page. Browsers keep the fragment
 * of a link through such a detour: the folder of a vault.
 */
function target(): string {
  const asked = new URLSearchParams(location.search).get("next") ?? "/";
  if (!URL.canParse(asked, location.origin)) return "/";
  const next = new URL(asked, location.origin);
  return next.origin === location.origin ? next.pathname + next.search + location.hash : "/";
}

const passkeyDoor = find("[data-passkey-door]");
passkeyDoor.hidden = !canUsePasskeys();
const passkeyButton = find("button", passkeyDoor);
passkeyButton.addEventListener(
  "click",
  () => void atWork(passkeyButton, withPasskey, { unknown_firm: "firm-slug" }),
);

onSubmit(passwordForm, () => void atWork(find("[data-submit]", passwordForm), withPassword, PASSWORD_FIELDS));
onSubmit(fileForm, () => void atWork(find("[data-submit]", fileForm), withKeyFile, FILE_FIELDS));

fileForm.addEventListener("dragover", (event) => event.preventDefault());
fileForm.addEventListener("drop", (event) => {
  event.preventDefault();
  const files = event.dataTransfer?.files;
  if (files?.length === 1) field("key-file").files = files;
});
