/** The tree of vaults and folders in the dialog "Kopieren/Verschieben": one place to choose, the impossible ones with a reason. */

import { clone, find, findAll, maybe, write } from "../ui/dom";
import { texts } from "../ui/texts";
import { type VaultListed, vaultApi } from "../wire/vault_api";
import { foldName } from "./names";
import { OpenedVault } from "./opened";

/** A place to put something: a folder of a vault, or its top level. */
export interface Target {
  readonly vault: OpenedVault;
  readonly folder: string;
}

export class TargetTree {
  private readonly root = find("dialog#target [data-tree]");
  private readonly own: OpenedVault;
  private readonly opened = new Map<string, OpenedVault>();
  private readonly why: (target: Target) => string | null;
  private readonly chosenAnew: (target: Target | null) => void;
  private chosen: Target | null = null;

  /** `why`: the reason that a place is impossible, or null. `chosenAnew` is called with what is chosen. */
  constructor(
    own: OpenedVault,
    why: (target: Target) => string | null,
    chosenAnew: (target: Target | null) => void,
  ) {
    this.own = own;
    this.why = why;
    this.chosenAnew = chosenAnew;
    this.opened.set(own.id, own);
  }

  get target(): Target | null {
    return this.chosen;
  }

  /** Draws this vault with its folders; the others are opened when they are chosen. */
  async draw(withOthers: boolean, fail: (error: unknown) => void, signal: AbortSignal): Promise<void> {
    this.chosen = null;
    this.root.replaceChildren(this.vaultItem(this.own, this.own.title));
    this.listenToSearch(signal);
    if (!withOthers) return;
    const { vaults } = await vaultApi.vaults();
    const others = vaults.filter(({ id }) => id !== this.own.id);
    if (signal.aborted) return;
    const items = others.map((vault) => ({ vault, item: this.closedItem(vault, fail) }));
    this.root.append(...items.map(({ item }) => item));
    for (const { vault, item } of items) {
      if (vault.dossier !== null || signal.aborted) continue;
      const { title } = await this.open(vault);
      write("[data-name]", title, item);
    }
  }

  private vaultItem(vault: OpenedVault, name: string): HTMLElement {
    const item = this.item({ vault, folder: vault.id }, name, "bi bi-safe");
    const small = find("[data-why]", item);
    const people = texts().tree.people(vault.countReaders());
    if (small.textContent === "") small.textContent = people;
    this.addFolders(vault, item);
    return item;
  }

  /** All folders of the vault below its item, level by level. */
  private addFolders(vault: OpenedVault, top: HTMLElement): void {
    const waiting: { readonly folder: string; readonly item: HTMLElement }[] = [
      { folder: vault.id, item: top },
    ];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const folders = vault.childrenOf(next.folder).filter(({ kind }) => kind === "folder");
      if (folders.length === 0) continue;
      const sorted = [...folders].sort((a, b) =>
        a.row.name.localeCompare(b.row.name, "de", { numeric: true }),
      );
      const list = document.createElement("ul");
      for (const { id, row } of sorted) {
        const item = this.item({ vault, folder: id }, row.name, "bi bi-folder-fill");
        list.append(item);
        waiting.push({ folder: id, item });
      }
      next.item.append(list);
    }
  }

  private item(target: Target, name: string, icon: string): HTMLElement {
    const item = clone("tree-folder");
    const why = this.why(target);
    const radio = find<HTMLInputElement>("input", item);
    write("[data-name]", name, item);
    write("[data-why]", why ?? "", item);
    find("[data-icon]", item).className = icon;
    radio.disabled = why !== null;
    radio.addEventListener("change", () => this.choose(target));
    return item;
  }

  private choose(target: Target | null): void {
    this.chosen = target;
    this.chosenAnew(target);
  }

  /** A vault that has not been opened: choosing it opens it, and shows its folders. */
  private closedItem(listed: VaultListed, fail: (error: unknown) => void): HTMLElement {
    const { tree } = texts();
    const item = clone("tree-folder");
    const radio = find<HTMLInputElement>("input", item);
    const { dossier } = listed;
    const name = dossier === null ? tree.personal : `${dossier.client_name}, ${dossier.title}`;
    write("[data-name]", name, item);
    find("[data-icon]", item).className = "bi bi-safe";
    radio.disabled = listed.rights === "read";
    write("[data-why]", radio.disabled ? tree.readOnly : "", item);
    radio.addEventListener("change", () => {
      this.choose(null);
      write("[data-why]", tree.loading, item);
      this.open(listed).then(
        (vault) => {
          // What a vault of one's own is called only its sealed title says.
          const opened = this.vaultItem(vault, dossier === null ? vault.title : name);
          const isStill = radio.checked;
          item.replaceWith(opened);
          const first = find<HTMLInputElement>("input", opened);
          if (!isStill || first.disabled) return;
          first.checked = true;
          first.focus();
          this.choose({ vault, folder: vault.id });
        },
        (error: unknown) => {
          radio.checked = false;
          write("[data-why]", "", item);
          fail(error);
        },
      );
    });
    return item;
  }

  /** The vault, replayed and verified, which must be the one that the list calls so. */
  private async open({ id, dossier }: VaultListed): Promise<OpenedVault> {
    const known = this.opened.get(id);
    if (known !== undefined) return known;
    const vault = await OpenedVault.load(this.own.open, id);
    const { title = "", client_name = "", client_number = "" } = dossier ?? {};
    vault.requireShown({ title, client_name, client_number, dossier: dossier?.id ?? null });
    this.opened.set(id, vault);
    return vault;
  }

  private listenToSearch(signal: AbortSignal): void {
    const search = find<HTMLInputElement>("dialog#target [data-tree-search]");
    search.value = "";
    const apply = (): void => {
      const wanted = foldName(search.value.trim());
      for (const item of findAll("li", this.root)) {
        const names = findAll("[data-name]", item).map(({ textContent }) => foldName(textContent ?? ""));
        item.hidden = wanted !== "" && !names.some((name) => name.includes(wanted));
      }
    };
    search.addEventListener("input", apply, { signal });
    search.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        maybe<HTMLInputElement>("li:not([hidden]) input:not(:disabled)", this.root)?.focus();
      },
      { signal },
    );
  }
}
