/**
 * A new client with a first dossier and its vault, or another dossier of a client. A step that failed is tried again;
 * those before it are not.
 */

import { beginDossierVault } from "../ceremonies/dossier";
import { checkTitle } from "../seals/rows";
import { find, maybe } from "../ui/dom";
import { atWork, field, filled, onSubmit, showFault } from "../ui/form";
import { showStep } from "../ui/steps";
import { openKey } from "../ui/unlock";
import { api } from "../wire/api";

const PROBLEM_FIELDS = {
  number_invalid: "client-number",
  number_taken: "client-number",
  name_invalid: "client-name",
  title_invalid: "dossier-title",
  title_taken: "dossier-title",
};

const TITLE_FIELDS = {
  name_empty: "dossier-title",
  name_too_long: "dossier-title",
  name_character: "dossier-title",
  name_not_nfc: "dossier-title",
};

const form = find<HTMLFormElement>('form[data-form="client-new"], form[data-form="dossier-new"]');
/** What exists on the server already. */
const made: { client?: string | undefined; dossier?: string } = { client: form.dataset["client"] };

async function create(): Promise<void> {
  const entries = filled(["client-number", "client-name", "dossier-title"]);
  if (entries === null || !isTitle(entries["dossier-title"])) return;
  const key = await openKey();
  if (key === null) return;
  made.client ??= await client(entries["client-number"], entries["client-name"]);
  made.dossier ??= await dossier(made.client, entries["dossier-title"]);
  const vault = await beginDossierVault(key.open, key.certificates, made.dossier, {
    client_name: entries["client-name"],
    client_number: entries["client-number"],
    title: entries["dossier-title"],
  });
  maybe('[data-go="invite"]')?.setAttribute("href", `/mandanten/${made.client}/einladen`);
  maybe('[data-go="vault"]')?.setAttribute("href", `/tresore/${vault}`);
  showStep("done");
}

function isTitle(title: string): boolean {
  try {
    checkTitle(title);
    return true;
  } catch (error) {
    showFault(error, TITLE_FIELDS);
    return false;
  }
}

async function client(number: string, name: string): Promise<string> {
  const { id } = await api.addClient(number, name);
  for (const fixed of ["client-number", "client-name"]) field(fixed).readOnly = true;
  return id;
}

async function dossier(owner: string, title: string): Promise<string> {
  const { id } = await api.addDossier(owner, title);
  field("dossier-title").readOnly = true;
  return id;
}

onSubmit(form, () => void atWork(find("[data-submit]", form), create, PROBLEM_FIELDS));
