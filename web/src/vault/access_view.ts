/** The dialog "Zugriff": who may do what in the vault, through which team, and until when; for managers to change. */

import { loadCertificates, loadTree } from "../ceremonies/directory";
import { addPerson, addTeam, addTrusted, changeHolder, removeHolder } from "../ceremonies/holders";
import type { VerifiedCertificate } from "../seals/certificate";
import type { Rights } from "../seals/documents";
import { must } from "../seals/errors";
import { type EffectiveHolder, linesOf, teamMembers } from "../seals/members";
import { clone, find, findAll, write } from "../ui/dom";
import { atWork, clearErrors, field, onSubmit, showFieldError } from "../ui/form";
import { formatDay, pageLanguage } from "../ui/format";
import { showStatus } from "../ui/message";
import { askToRemove } from "../ui/remove_dialog";
import { texts } from "../ui/texts";
import { keysApi } from "../wire/keys_api";
import { trustedApi } from "../wire/trusted";
import type { OpenedVault } from "./opened";

/** Lines that stay as they are in every dossier. */
const FIXED: readonly string[] = ["owner", "recovery"];

export class AccessView {
  private readonly vault: OpenedVault;
  private readonly changed: () => void;
  private readonly dialog = find<HTMLDialogElement>("dialog#access");
  /** Names of teams, and of people who may be added, by id. */
  private names: ReadonlyMap<string, string> = new Map();
  private teams: ReadonlyMap<string, string> = new Map();
  /** Their keys by their ids, as the server has them: whoever is added has his verified first. */
  private kids: ReadonlyMap<string, string> = new Map();

  /** `changed` is called after each change of the roster. */
  constructor(vault: OpenedVault, changed: () => void) {
    this.vault = vault;
    this.changed = changed;
  }

  listen(): void {
    const button = find("[data-action=access]");
    button.addEventListener("click", () => void atWork(button, () => this.show()));
    const form = find<HTMLFormElement>('form[data-form="access-add"]', this.dialog);
    onSubmit(form, () => void atWork(find("[data-submit]", form), () => this.add(), "access-who"));
  }

  private async show(): Promise<void> {
    const candidates = (await trustedApi.candidates()).people;
    this.names = new Map(candidates.map(({ id, name }) => [id, name]));
    this.kids = new Map(candidates.map(({ id, kid }) => [id, kid]));
    if (this.vault.open.session.person.role !== "client") {
      const tree = await loadTree();
      const kids = tree.people.flatMap(({ id, kid, in_force }) =>
        kid && in_force ? [[id, kid] as const] : [],
      );
      this.names = new Map([...this.names, ...tree.names]);
      this.kids = new Map([...this.kids, ...kids]);
      this.teams = new Map((await keysApi.teams()).teams.map(({ id, name }) => [id, name]));
    }
    await this.vault.refresh();
    clearErrors();
    await this.draw();
    this.offerRights(this.dialog);
    this.dialog.showModal();
  }

  /** A personal vault is managed by its founder, and by nobody else. */
  private offerRights(root: HTMLElement): void {
    if (this.vault.chain.kind !== "personal") return;
    for (const option of findAll<HTMLOptionElement>('option[value="manage"]', root)) option.remove();
  }

  private get mayManage(): boolean {
    const { chain, open } = this.vault;
    return chain.rightsOf(open.keys.kid, this.vault.present()) === "manage";
  }

  private async draw(): Promise<void> {
    const { chain, certificates } = this.vault;
    const lines = linesOf({ holders: chain.roster?.holders ?? [] }, certificates, this.vault.present());
    const order = (line: EffectiveHolder): string =>
      `${FIXED.includes(line.certificate.kind) ? 0 : 1}${this.nameOf(line)}`;
    const sorted = [...lines].sort((a, b) => order(a).localeCompare(order(b), "de"));
    find("[data-access-lines]", this.dialog).replaceChildren(...sorted.map((line) => this.item(line)));
    find('form[data-form="access-add"]', this.dialog).hidden = !this.mayManage;
    if (this.mayManage) this.offer(new Set(lines.map(({ subject }) => subject)));
  }

  private nameOf({ certificate, key, subject }: EffectiveHolder): string {
    const words = texts().holders;
    if (certificate.kind === "recovery") return words.recovery;
    if (certificate.kind === "team") return words.team(this.teams.get(subject) ?? "");
    return this.vault.nameOf(key) ?? this.names.get(subject) ?? texts().vault.noValue;
  }

  private item(line: EffectiveHolder): HTMLElement {
    const item = clone("access-line");
    const { certificate, rights, subject, until } = line;
    const name = this.nameOf(line);
    write("[data-name]", name, item);
    write("[data-meta]", this.metaOf(line), item);
    const isOwn = subject === this.vault.open.session.person.id;
    const form = find<HTMLFormElement>("form", item);
    form.hidden = !this.mayManage || isOwn || FIXED.includes(certificate.kind);
    const select = find<HTMLSelectElement>("select", form);
    const date = find<HTMLInputElement>("input", form);
    const save = find("[data-submit]", form);
    for (const only of [select, find("[data-until]", form), save]) only.hidden = rights === "trusted";
    this.offerRights(form);
    select.value = rights;
    select.setAttribute("aria-label", texts().holders.rightOf(name));
    date.value = until === null ? "" : dayOf(until);
    date.setAttribute("aria-label", texts().holders.untilOf(name));
    const remove = find("[data-remove]", form);
    save.setAttribute("aria-label", texts().holders.save(name));
    remove.setAttribute("aria-label", texts().holders.remove(name));
    const change = { rights: () => select.value as Rights, until: () => endOf(date.value) };
    const run = (button: HTMLElement, work: () => Promise<void>, said: string): void =>
      void atWork(button, () => this.apply(work, said), "access-who");
    onSubmit(form, () =>
      run(
        save,
        () => changeHolder(this.vault, line.line, { rights: change.rights(), until: change.until() }),
        texts().holders.changed(name),
      ),
    );
    remove.addEventListener("click", () => void this.askBack(line, name));
    return item;
  }

  /** One dialog gives way to the other, and comes back. */
  private async askBack({ line }: EffectiveHolder, name: string): Promise<void> {
    const words = texts().holders;
    this.dialog.close();
    const isRemoved = await askToRemove({
      title: words.askTitle(name),
      loses: words.losesVault(name),
      renews: words.renewsVault,
      button: words.remove(name),
      work: () => removeHolder(this.vault, line),
    });
    this.dialog.showModal();
    if (isRemoved) await this.drawn(words.removed(name));
  }

  private metaOf({ certificate, key, rights, subject, until, wait_days }: EffectiveHolder): string {
    const { certificates } = this.vault;
    const words = texts().holders;
    const moment = this.vault.present();
    const parts: string[] = [rights === "trusted" ? words.trusted(wait_days ?? 0) : words.rights[rights]];
    if (certificate.kind === "invitation") parts.push(words.invited);
    if (until !== null) parts.push(words.until(formatDay(until, pageLanguage())));
    if (!certificates.inForce(key) || (until !== null && until < moment.time)) parts.push(words.over);
    if (certificate.kind === "team") {
      const members = [...teamMembers(subject, certificates, moment).values()];
      const people = members.filter((one) => one.certificate.kind !== "recovery");
      parts.push(people.map((one) => this.nameOf(one)).join(", "));
    }
    return parts.join(" · ");
  }

  /** People with a key in force, and teams, that are not in it yet. */
  private offer(there: ReadonlySet<string>): void {
    const select = find<HTMLSelectElement>("#access-who", this.dialog);
    const options = [
      ...[...this.teams].map(([id, name]) => ({ id, value: `team:${id}`, name: texts().holders.team(name) })),
      ...[...this.kids].map(([id]) => ({ id, value: `person:${id}`, name: this.names.get(id) ?? "" })),
    ];
    const offered = options.filter(({ id, name }) => !there.has(id) && name !== "");
    select.replaceChildren(...offered.map(({ value, name }) => new Option(name, value)));
  }

  private async add(): Promise<void> {
    const [kind, id] = field("access-who").value.split(":");
    if (id === undefined) {
      showFieldError("access-who", texts().form.empty);
      return;
    }
    const [rights, days] = field("access-right").value.split(":") as [Rights, string?];
    const until = endOf(field("access-until").value);
    if (rights === "trusted" && kind === "team") {
      showFieldError("access-who", texts().holders.trustedTeam);
      return;
    }
    const work =
      rights === "trusted"
        ? async () => addTrusted(this.vault, await this.personOf(id), Number(days))
        : () => this.added(kind === "team", id, rights, until);
    await this.apply(work, texts().holders.added);
  }

  private async added(isTeam: boolean, id: string, rights: Rights, until: number | null): Promise<void> {
    if (isTeam) {
      await addTeam(this.vault, { id, name: this.teams.get(id) ?? "" }, rights, until);
      return;
    }
    await addPerson(this.vault, await this.personOf(id), rights, until);
  }

  /** @throws IntegrityError (`record_author`, `roster_holder`) unless the key is this person's, and in force. */
  private async personOf(id: string): Promise<VerifiedCertificate> {
    const certificates = await loadCertificates(this.vault.open, [id]);
    const found = certificates.person(this.kids.get(id) ?? "");
    const isHis = found.subject === id && certificates.inForce(found.kid);
    must(isHis, "roster_holder", "a holder's key is not certified for him");
    return found;
  }

  private async apply(work: () => Promise<void>, said: string): Promise<void> {
    await work();
    await this.drawn(said);
  }

  private async drawn(said: string): Promise<void> {
    await this.draw();
    this.changed();
    showStatus(said);
    write("[data-access-said]", said, this.dialog);
    findAll("[data-close]", this.dialog)[0]?.focus();
  }
}

/** The last second of a day as it is typed; null for none. */
function endOf(day: string): number | null {
  return day === "" ? null : Math.floor(new Date(`${day}T23:59:59`).getTime() / 1000);
}

function dayOf(time: number): string {
  return new Intl.DateTimeFormat("en-CA").format(new Date(time * 1000));
}
