/** The vault page at work: which folder is shown, what is selected, what is being uploaded. */

import type { FileVersion } from "../seals/chain";
import { find, findAll, isTyping, maybe, write } from "../ui/dom";
import { atWork, clearErrors, field, filled, onSubmit } from "../ui/form";
import { formatSize, now, pageLanguage } from "../ui/format";
import { hideMessage, showProblem, showStatus } from "../ui/message";
import { saveFile } from "../ui/save";
import { isLeaving, isSignedOut } from "../ui/session";
import { texts } from "../ui/texts";
import { api } from "../wire/api";
import { WireError } from "../wire/http";
import { AccessView } from "./access_view";
import { makeFolder } from "./commit";
import { readFile } from "./contents";
import { tellKeyChanges } from "./key_changes";
import { ListView } from "./list_view";
import { listenForNotices } from "./notice_view";
import type { OpenedFile, OpenedVault } from "./opened";
import { PaneView } from "./pane_view";
import { showPreview } from "./preview_dialog";
import { showState } from "./states";
import { TrayView } from "./tray_view";
import { type UploadItem, Uploads } from "./upload";

const POLL_MS = 5000;
/** A page that nobody looks at only has to learn that the session has ended. */
const HIDDEN_POLL_MS = 60_000;
/** What stands behind the # of a link that leads here to upload something. */
const UPLOAD = "upload";
/** As wide as `.own-page` of the style sheet: there the details stand in place of the list. */
const OWN_PAGE = matchMedia("(max-width: 61.99em)");
/** The buttons that keys press. */
const KEYS = new Map([
  ["u", "upload"],
  ["Backspace", "up"],
]);

export class VaultPage {
  private readonly vault: OpenedVault;
  private readonly mayWrite: boolean;
  private readonly list: ListView;
  private readonly tray = new TrayView();
  private readonly pane: PaneView;
  private readonly uploads: Uploads;
  private folder: string;

  constructor(vault: OpenedVault, mayWrite: boolean) {
    this.vault = vault;
    this.mayWrite = mayWrite;
    this.folder = vault.id;
    const nameOf = (kid: string): string => this.nameOf(kid);
    this.list = new ListView(vault, nameOf, {
      openFolder: (id) => this.goTo(id),
      openFile: (file) => this.showDetails(file),
      selectionChanged: () => this.markActions(),
    });
    this.pane = new PaneView(nameOf, ({ signed }) => vault.isKnownClean(signed.manifest), {
      act: (action, file, version) => this.act(this.readVersion(action, file, version)),
      turned: (file) => this.list.markDetailed(file?.id ?? null),
      left: () => this.leaveDetails(),
    });
    this.uploads = new Uploads(vault, (item) => this.showUpload(item));
    this.tray.serve(this.uploads);
    new AccessView(vault, () => this.render()).listen();
    listenForNotices(vault.id);
  }

  start(): void {
    this.listen();
    for (const button of findAll(
      '.sg-toolbar [data-action="upload"], .sg-toolbar [data-action="new-folder"]',
    ))
      button.removeAttribute("aria-disabled");
    window.addEventListener("popstate", () => this.arrive());
    document.addEventListener("visibilitychange", () => void (!document.hidden && this.catchUp()));
    const wanted = location.hash.slice(1);
    this.goTo(wanted || this.vault.id);
    this.arrive();
    // Browsers open their file dialog only when somebody presses a key or a button: this makes it one key.
    if (wanted === UPLOAD) maybe('[data-action="upload"]')?.focus();
    this.poll();
    tellKeyChanges(this.vault).catch((error: unknown) => this.fail(error));
  }

  private nameOf(kid: string): string {
    if (kid === this.vault.open.keys.kid) return texts().vault.you;
    return this.vault.nameOf(kid) ?? texts().vault.noValue;
  }

  private goTo(folder: string): void {
    const from = this.folder;
    // What has the focus is about to be drawn anew; whoever uses the keyboard must not start from the top.
    const isUsed = ["tbody[data-rows]", "[data-crumbs]"].some((place) =>
      find(place).contains(document.activeElement),
    );
    const known = folder === this.vault.id || this.vault.chain.nodes.get(folder)?.kind === "folder";
    this.folder = known ? folder : this.vault.id;
    const hash = this.folder === this.vault.id ? "" : `#${this.folder}`;
    const address = `${location.pathname}${hash}`;
    // An address that named no folder is no place to come back to.
    if (!known) history.replaceState(null, "", address);
    else if (location.hash !== hash) history.pushState(null, "", address);
    this.list.selected.clear();
    this.pane.close();
    this.render();
    if (isUsed) this.list.focus(from);
  }

  /** Where the details take the place of the list, the browser's own way back closes them. */
  private showDetails(file: OpenedFile): void {
    this.pane.show(file);
    if (OWN_PAGE.matches) history.pushState({ details: file.id }, "");
  }

  private leaveDetails(): void {
    if (detailsIn(history.state) === null) this.pane.close();
    else history.back();
  }

  /** Shows what the entry of the history names that the person has come to: a folder, or a file's details. */
  private arrive(): void {
    const folder = location.hash.slice(1) || this.vault.id;
    if (folder !== this.folder) this.goTo(folder);
    const file = this.vault.nodes.get(detailsIn(history.state) ?? "");
    if (file?.kind === "file" && file.parent === this.folder) this.pane.show(file);
    else if (this.pane.file !== null) this.pane.close();
  }

  private render(): void {
    if (this.vault.broken !== null) return;
    this.list.render(this.folder);
    const count = this.vault.childrenOf(this.folder).length + this.vault.namelessOf(this.folder).length;
    showState(count > 0 ? "list" : "empty");
    write("[data-access]", texts().vault.vaultAccess(this.vault.countReaders()));
    this.warnOfKeys().catch((error: unknown) => this.fail(error));
    const { files, sizeBytes } = this.vault.stored();
    write('[data-facts="size"]', texts().vault.used(files, formatSize(sizeBytes, pageLanguage())));
    this.drawPath();
    this.markActions();
  }

  /** Says that a key sealed for us does not open: somebody sealed another, or altered it. */
  private async warnOfKeys(): Promise<void> {
    find("[data-keys-failed]").hidden = (await this.vault.seeds.failures()).length === 0;
  }

  /** The server's crumbs name the vault; ours follow for the folders in it. */
  private drawPath(): void {
    const crumbs = find("[data-crumbs]");
    for (const own of findAll("[data-own]", crumbs)) own.remove();
    const vaultCrumb = crumbs.lastElementChild;
    vaultCrumb?.replaceChildren(this.crumb(this.vault.title, this.vault.id, this.folder === this.vault.id));
    for (const { id, name } of this.path()) {
      const item = document.createElement("li");
      item.dataset["own"] = "";
      item.append(this.crumb(name, id, id === this.folder));
      crumbs.append(item);
    }
  }

  private crumb(name: string, id: string, isCurrent: boolean): HTMLElement {
    const element = document.createElement(isCurrent ? "span" : "a");
    element.textContent = name;
    if (isCurrent) element.setAttribute("aria-current", "page");
    else element.setAttribute("href", id === this.vault.id ? location.pathname : `#${id}`);
    element.addEventListener("click", (event) => {
      event.preventDefault();
      if (!isCurrent) this.goTo(id);
    });
    return element;
  }

  private path(): readonly { id: string; name: string }[] {
    const path: { id: string; name: string }[] = [];
    for (let at = this.folder; at !== this.vault.id; ) {
      const node = this.vault.chain.nodes.get(at);
      if (node === undefined) break;
      path.unshift({ id: at, name: this.vault.nodes.get(at)?.row.name ?? texts().vault.unreadable });
      at = node.parent;
    }
    return path;
  }

  private markActions(): void {
    const isEmpty = this.list.selected.size === 0;
    for (const button of findAll('.sg-toolbar [data-action="download"]'))
      button.setAttribute("aria-disabled", String(isEmpty));
    find('[data-action="up"]').setAttribute("aria-disabled", String(this.folder === this.vault.id));
  }

  private listen(): void {
    const input = find<HTMLInputElement>("#file-input");
    const on = (action: string, act: () => void): void => {
      for (const button of findAll(`[data-action="${action}"]`)) {
        button.addEventListener("click", () => !isOff(button) && act());
      }
    };
    on("upload", () => input.click());
    on("up", () => this.goTo(this.vault.chain.nodes.get(this.folder)?.parent ?? this.vault.id));
    on("new-folder", () => this.askForFolder());
    for (const button of findAll('.sg-toolbar [data-action="download"]')) {
      button.addEventListener("click", () => !isOff(button) && this.act(this.saveSelected()));
    }
    input.addEventListener("change", () => {
      this.uploads.add(input.files ?? [], this.folder);
      input.value = "";
    });
    this.listenForDrops();
    window.addEventListener("beforeunload", (event) => {
      if (this.uploads.isBusy && !isLeaving()) event.preventDefault();
    });
    const form = find<HTMLFormElement>('form[data-form="new-folder"]');
    onSubmit(form, () => void atWork(find("[data-submit]", form), () => this.addFolder(), "folder-name"));
    document.addEventListener("keydown", (event) => {
      const action = KEYS.get(event.key);
      if (action === undefined || isTyping(event.target) || maybe("dialog[open]") !== null) return;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      maybe(`.sg-toolbar [data-action="${action}"]`)?.click();
    });
  }

  private listenForDrops(): void {
    const zone = find("[data-drop]");
    if (!this.mayWrite) return;
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      this.uploads.add(event.dataTransfer?.files ?? [], this.folder);
    });
  }

  private askForFolder(): void {
    clearErrors();
    find<HTMLDialogElement>("dialog#new-folder").showModal();
  }

  private async addFolder(): Promise<void> {
    const entries = filled(["folder-name"]);
    if (entries === null) return;
    const { "folder-name": name } = entries;
    try {
      await makeFolder(this.vault, this.folder, name, now());
    } catch (error) {
      if (!this.isOver(error)) throw error;
      find<HTMLDialogElement>("dialog#new-folder").close();
      this.fail(error);
      return;
    }
    field("folder-name").value = "";
    find<HTMLDialogElement>("dialog#new-folder").close();
    this.render();
    showStatus(texts().vault.folderMade(name));
  }

  private async saveSelected(): Promise<void> {
    for (const file of this.list.files().filter(({ id }) => this.list.selected.has(id)))
      await this.save(file);
  }

  private async readVersion(
    action: "download" | "view",
    file: OpenedFile,
    version: FileVersion | null,
  ): Promise<void> {
    const wanted = version === null ? file : await this.vault.openVersion(file, version);
    await (action === "view" ? this.view(wanted) : this.save(wanted));
  }

  /** An earlier version is saved under a name that says so. */
  private async save(file: OpenedFile): Promise<void> {
    const { name } = file.row;
    const { signed, node } = file;
    const isNewest = signed.manifest.version === node.versions.at(-1)?.manifest.version;
    const shown = isNewest ? name : nameOfVersion(name, texts().vault.version(signed.manifest.version));
    saveFile(await this.read(file), shown, "application/octet-stream");
  }

  private async view(file: OpenedFile): Promise<void> {
    await showPreview(await this.read(file), file.row.name);
  }

  private async read(file: OpenedFile): Promise<Blob> {
    const { vault } = texts();
    const blob = await readFile(this.vault, file, (readBytes) => {
      const percent = file.row.size === 0 ? 100 : Math.floor((readBytes / file.row.size) * 100);
      showStatus(vault.opening(file.row.name, percent));
    });
    showStatus(vault.opened(file.row.name));
    this.pane.drawScan(file);
    return blob;
  }

  private act(work: Promise<void>): void {
    hideMessage();
    work.catch((error: unknown) => this.fail(error));
  }

  /** Says what went wrong. What broke the vault also ends all work on it. */
  fail(error: unknown): void {
    showProblem(error);
    if (this.vault.broken === null) return;
    this.pane.close();
    showState("broken");
    for (const button of findAll(".sg-toolbar [data-action]")) button.setAttribute("aria-disabled", "true");
  }

  private showUpload(item: UploadItem): void {
    this.tray.show(item);
    if (item.stage === "done") this.render();
    if (item.stage !== "refused") return;
    if (this.isOver(item.problem)) this.fail(this.vault.broken ?? item.problem);
  }

  /** Whether nothing can be done on this page any more. */
  private isOver(error: unknown): boolean {
    return this.vault.broken !== null || isSignedOut(error);
  }

  /** Asks for the head every few seconds while the page is looked at; a lost line is no news. */
  private poll(): void {
    if (this.vault.broken !== null) return;
    const again = (): void => void this.catchUp().finally(() => this.poll());
    setTimeout(again, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
  }

  private async catchUp(): Promise<void> {
    try {
      const { head } = await api.head(this.vault.id);
      if (document.hidden || head === this.vault.chain.head) return;
      if (await this.vault.refresh(true)) this.render();
    } catch (error) {
      if (error instanceof WireError && error.status === 0) return;
      this.fail(error);
    }
  }
}

function isOff(button: HTMLElement): boolean {
  return button.getAttribute("aria-disabled") === "true";
}

/** The file whose details an entry of the history is about. */
function detailsIn(state: unknown): string | null {
  const details = typeof state === "object" && state !== null && "details" in state ? state.details : null;
  return typeof details === "string" ? details : null;
}

/** `Bericht.pdf` and `Fassung 1` give `Bericht (Fassung 1).pdf`. */
function nameOfVersion(name: string, version: string): string {
  const dot = name.lastIndexOf(".");
  const end = dot > 0 ? dot : name.length;
  return `${name.slice(0, end)} (${version})${name.slice(end)}`;
}
