/** Inviting a client or a clerk: the code is made here and stands in the letter alone. */

import type { ShownTeam } from "../ceremonies/holders";
import { invite, type OfferedVault } from "../ceremonies/invite";
import type { Role } from "../seals/certificate";
import { find, findAll, maybe } from "../ui/dom";
import { atWork, entry, field, filled, isUsername, onSubmit, showFieldError, writeError } from "../ui/form";
import { now } from "../ui/format";
import { offerLetter } from "../ui/letter_step";
import { forgetSheet, SHEET_FIELDS, shownRoot } from "../ui/sheet_block";
import { shownVault } from "../ui/shown_vault";
import { texts } from "../ui/texts";
import { openKey } from "../ui/unlock";

const PROBLEM_FIELDS = {
  username_invalid: "username",
  username_taken: "username",
  name_invalid: "display-name",
  ...SHEET_FIELDS,
  address_invalid: "email",
};

const form = find<HTMLFormElement>('form[data-form="invite"]');
const submitButton = find("[data-submit]", form);
const client = form.dataset["client"] ?? null;

function chosenVaults(): readonly OfferedVault[] {
  const chosen = findAll<HTMLInputElement>('input[name="dossier"]:checked', form);
  return chosen.map(({ dataset, value }) => ({ id: dataset["vault"] ?? "", ...shownVault(dataset, value) }));
}

function chosenTeams(): readonly ShownTeam[] {
  const chosen = findAll<HTMLInputElement>('input[name="team"]:checked', form);
  return chosen.map(({ dataset, value }) => ({ id: value, name: dataset["name"] ?? "" }));
}

function roleOf(): Role {
  if (client !== null) return "client";
  const chosen = maybe<HTMLSelectElement>("#role")?.value;
  return chosen === "owner" || chosen === "office_leader" ? chosen : "clerk";
}

/** A client user's is the client's. */
function officeOf(): string | null {
  if (roleOf() === "owner") return null;
  const office = client === null ? maybe<HTMLSelectElement>("#office")?.value : form.dataset["office"];
  return office === undefined || office === "" ? null : office;
}

function isComplete(): boolean {
  const entries = filled(["display-name", "username"]);
  if (entries === null) return false;
  field("username").value = entries.username.toLowerCase();
  if (!isUsername(entry("username"))) {
    showFieldError("username", texts().form.username);
    return false;
  }
  if (roleOf() === "office_leader" && officeOf() === null) {
    showFieldError("office", texts().form.empty);
    return false;
  }
  if (client === null || chosenVaults().length > 0) return true;
  writeError("dossier", texts().invite.noDossier);
  return false;
}

async function issue(): Promise<void> {
  if (!isComplete()) return;
  const role = roleOf();
  const root = role === "owner" ? await shownRoot() : null;
  if (role === "owner" && root === null) return;
  const key = await openKey();
  if (key === null) return;
  const guest = {
    name: entry("display-name"),
    username: entry("username"),
    email: entry("email"),
    role,
    client,
    office: officeOf(),
    vaults: chosenVaults(),
    teams: chosenTeams(),
  } as const;
  const letter = await invite(key.open, key.certificates, guest, now(), root);
  if (root !== null) forgetSheet();
  offerLetter(key.open, letter, form.dataset);
}

/** An owner works for the whole firm, and is certified by its root. */
function drawRole(): void {
  const isOwner = roleOf() === "owner";
  for (const part of findAll("[data-for-owner]", form)) part.hidden = !isOwner;
  for (const part of findAll("[data-for-others]", form)) part.hidden = isOwner;
}

maybe("#role")?.addEventListener("change", drawRole);
drawRole();
onSubmit(form, () => {
  if (maybe('[data-step="letter"][hidden]') !== null) void atWork(submitButton, issue, PROBLEM_FIELDS);
});
