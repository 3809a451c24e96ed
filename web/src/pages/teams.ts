/** Teams and offices: founded, named, joined and left. Offices need no key. */

import { openTeam, type ShownTeam } from "../ceremonies/holders";
import { addMember, foundTeam, removeMember } from "../ceremonies/team";
import { Renewing } from "../people/renewing";
import { find, findAll } from "../ui/dom";
import { atWork, entry, field, filled, onSubmit } from "../ui/form";
import { now } from "../ui/format";
import { showStatus } from "../ui/message";
import { askToRemove } from "../ui/remove_dialog";
import { texts } from "../ui/texts";
import { openKey } from "../ui/unlock";
import { keysApi } from "../wire/keys_api";

const renewing = new Renewing();

function listenToOffices(): void {
  for (const form of findAll<HTMLFormElement>('form[data-form="office"]')) {
    const { id } = find<HTMLInputElement>("input", form);
    const office = form.dataset["office"] ?? "";
    const save = async (): Promise<void> => {
      if (filled([id]) === null) return;
      if (office === "") await keysApi.addOffice(entry(id));
      else await keysApi.renameOffice(office, entry(id));
      location.reload();
    };
    onSubmit(form, () => void atWork(find("[data-submit]", form), save, id));
  }
}

function listenToNewTeam(): void {
  const form = find<HTMLFormElement>('form[data-form="new-team"]');
  const found = async (): Promise<void> => {
    const entries = filled(["team-name"]);
    const key = entries && (await openKey());
    if (entries === null || key === null) return;
    const office = field("team-office").value;
    const team = { name: entries["team-name"], office: office === "" ? null : office, members: [] };
    await foundTeam(key.open, key.certificates, team, now());
    location.reload();
  };
  const fields = { team_name_invalid: "team-name", team_exists: "team-name" };
  onSubmit(form, () => void atWork(find("[data-submit]", form), found, fields));
}

function listenToMembers(panel: HTMLElement): void {
  const team = { id: panel.dataset["team"] ?? "", name: panel.dataset["name"] ?? "" };
  for (const form of findAll<HTMLFormElement>('form[data-form="add"]', panel))
    onSubmit(form, () => void atWork(find("[data-submit]", form), () => add(team, form)));
  for (const button of findAll("[data-remove]", panel))
    button.addEventListener("click", () => void atWork(button, () => remove(team, panel, button)));
}

async function add(team: ShownTeam, form: HTMLFormElement): Promise<void> {
  const [option] = find<HTMLSelectElement>("select", form).selectedOptions;
  const key = option && (await openKey());
  if (option === undefined || !key) return;
  const rights = option.dataset["rights"] === "manage" ? "manage" : "read";
  await addMember(await openTeam(key.open, team), key.certificates.person(option.value), rights);
  location.reload();
}

async function remove(team: ShownTeam, panel: HTMLElement, button: HTMLElement): Promise<void> {
  const item = button.closest<HTMLElement>("[data-member]");
  const key = await openKey();
  if (item === null || key === null) return;
  const { member = "", name = "" } = item.dataset;
  const words = texts().holders;
  const isRemoved = await askToRemove({
    title: words.askTitle(name),
    loses: words.losesTeam(name, team.name),
    renews: words.renewsTeam,
    button: words.remove(name),
    work: async () => removeMember(await openTeam(key.open, team), member),
  });
  if (!isRemoved) return;
  item.remove();
  showStatus(texts().holders.removed(name));
  find("h2", panel).focus();
  void renewing.run(key.open);
}

renewing.listen();
listenToOffices();
listenToNewTeam();
for (const panel of findAll("[data-team]")) listenToMembers(panel);
