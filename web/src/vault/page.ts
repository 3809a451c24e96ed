/** The vault page at work: which folder is shown, what is selected, what is being uploaded. */

import { followRoot } from "../keyring/root";
import { find, findAll, maybe, write } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { hideMessage, showProblem, showStatus } from "../ui/message";
import { isLeaving, isSignedOut } from "../ui/session";
import { texts } from "../ui/texts";
import { AccessView } from "./access_view";
import { Choosing } from "./choosing";
import { withoutClashes } from "./clash_dialog";
import { CrossCopies } from "./copy_across";
import { drawPath } from "./crumbs";
import { Dragging } from "./dragging";
import { accessInWords, drawFree } from "./facts";
import { followVault } from "./following";
import { detailsIn } from "./history_state";
import { tellKeyChanges } from "./key_changes";
import { ListView } from "./list_view";
import { askForFolder, listenForFolders } from "./new_folder_dialog";
import { listenForNotices } from "./notice_view";
import type { OpenedFile, OpenedNode, OpenedVault } from "./opened";
import { drawTitle, listenForRenaming } from "./own_vault_view";
import { listenForKeys } from "./page_keys";
import { PaneMore } from "./pane_more";
import { PaneView } from "./pane_view";
import type { Choice } from "./picked";
import { Reading } from "./reading";
import { tellRequests } from "./requests";
import { toldOf } from "./row_marks";
import { showState } from "./states";
import { drawInPane, listenForThumbnails } from "./thumbnail_view";
import { Thumbnails } from "./thumbnails";
import { TrayView } from "./tray_view";
import { showUnfinished } from "./unfinished_view";
import { Uploads } from "./upload";
import type { UploadItem } from "./upload_item";
import type { VerbContext } from "./verb_context";
import { Verbs } from "./verbs";

const RENDER_MS = 400;
/** What stands behind the # of a link that leads here to upload something: the button that does it. */
const UPLOADS = ["upload", "photo"];
/** As wide as `.own-page` of the style sheet: there the details stand in place of the list. */
const OWN_PAGE = matchMedia("(max-width: 61.99em)");

export class VaultPage {
  private readonly vault: OpenedVault;
  private readonly mayWrite: boolean;
  private readonly thumbnails: Thumbnails;
  private readonly list: ListView;
  private readonly tray = new TrayView();
  private readonly pane: PaneView;
  private readonly uploads: Uploads;
  private readonly copies: CrossCopies;
  private readonly reading: Reading;
  private readonly verbs: Verbs;
  private readonly more: PaneMore;
  private folder: string;
  private rendering: ReturnType<typeof setTimeout> | undefined;
  private rendered = Number.NEGATIVE_INFINITY;

  constructor(vault: OpenedVault, mayWrite: boolean) {
    this.vault = vault;
    this.mayWrite = mayWrite;
    this.folder = vault.id;
    this.thumbnails = new Thumbnails(vault, (error) => this.fail(error));
    const nameOf = (kid: string): string => this.nameOf(kid);
    this.list = new ListView(vault, nameOf, this.thumbnails, {
      openFolder: (id) => this.goTo(id),
      openFile: (file) => this.showDetails(file),
      selectionChanged: () => this.markActions(),
    });
    this.reading = new Reading(vault, {
      verified: (file) => this.pane.drawScan(file),
      changed: (said) => this.tell(said),
    });
    this.verbs = new Verbs(this.context());
    this.more = new PaneMore(vault, this.verbs.activity, nameOf, (error) => this.fail(error));
    const isKnownClean = ({ signed }: OpenedFile): boolean => vault.isKnownClean(signed.manifest);
    this.pane = new PaneView(nameOf, isKnownClean, (file) => toldOf(vault, file), mayWrite, {
      act: (action, file, version) => this.act(this.reading.readVersion(action, file, version)),
      more: (file) => {
        this.more.draw(file);
        drawInPane(this.thumbnails, file, () => this.pane.file?.signed === file.signed);
      },
      noteOf: (file, version) => this.more.noteOf(file, version),
      turned: (file) => this.list.markDetailed(file?.id ?? null),
      left: () => this.leaveDetails(),
    });
    this.uploads = new Uploads(vault, (item) => this.showUpload(item));
    this.copies = new CrossCopies(vault, (item, work) => this.tray.show(item, work));
    new AccessView(vault, () => this.render()).listen();
    listenForNotices(vault.id);
  }

  start(): void {
    this.listen();
    for (const action of ["upload", "upload-folder", "photo", "new-folder"])
      maybe(`.sg-toolbar [data-action="${action}"]`)?.removeAttribute("aria-disabled");
    window.addEventListener("popstate", () => this.arrive());
    const wanted = location.hash.slice(1);
    this.goTo(wanted || this.vault.id);
    this.arrive();
    // Browsers open their file dialog only when somebody presses a key or a button: this makes it one key.
    if (UPLOADS.includes(wanted)) maybe(`.sg-toolbar [data-action="${wanted}"]`)?.focus();
    followVault(
      this.vault,
      () => this.render(),
      (error) => this.fail(error),
    );
    if (this.mayWrite)
      showUnfinished(this.vault, (found) => this.uploads.resume(found)).catch((error: unknown) =>
        this.fail(error),
      );
    tellKeyChanges(this.vault).catch((error: unknown) => this.fail(error));
    const { certificates, open } = this.vault;
    followRoot(certificates, open.root).catch((error: unknown) => this.fail(error));
  }

  private context(): VerbContext {
    return {
      vault: this.vault,
      mayWrite: this.mayWrite,
      folder: () => this.folder,
      chosen: () => this.chosen(),
      nameOf: (kid) => this.nameOf(kid),
      goTo: (folder) => this.goTo(folder),
      focus: (ids) => this.list.focus(ids.find((id) => maybe(`tr[data-node="${id}"]`) !== null) ?? ""),
      showDetails: (node) => node.kind === "file" && this.showDetails(node),
      download: (nodes) => this.act(this.reading.saveAll(nodes, this.folder)),
      changed: (said) => this.tell(said),
      copyAcross: (copying) => this.copies.start(copying),
      track: (item, work) => this.tray.show(item, work),
      fail: (error) => this.fail(error),
      isOver: (error) => this.isOver(error),
    };
  }

  /** What is selected; without a selection the row that has the focus. */
  private chosen(): readonly OpenedNode[] {
    const selected = this.list.selectedNodes();
    if (selected.length > 0) return selected;
    const row = document.activeElement?.closest<HTMLElement>("tbody[data-rows] tr[data-node]");
    const node = this.vault.nodes.get(row?.dataset["node"] ?? "");
    return node === undefined ? [] : [node];
  }

  /** Draws anew, with what happened in words; details of what is gone are closed, others drawn anew. */
  private tell(said: string): void {
    const detailed = this.pane.file?.id;
    this.render();
    const file = this.vault.nodes.get(detailed ?? "");
    const isHere = file?.kind === "file" && file.parent === this.folder && this.vault.chain.isLive(file.id);
    if (detailed !== undefined && !isHere) this.pane.close();
    else if (isHere && detailed !== undefined) this.pane.draw(file);
    showStatus(said);
  }

  private nameOf(kid: string): string {
    if (kid === this.vault.open.keys.kid) return texts().vault.you;
    return this.vault.nameOf(kid) ?? texts().vault.noValue;
  }

  private goTo(folder: string): void {
    const from = this.folder;
    // What has the focus is about to be drawn anew; whoever uses the keyboard must not start from the top.
    const isUsed = ["[data-list-box]", '[data-state="empty"]', "[data-crumbs]"].some((place) =>
      find(place).contains(document.activeElement),
    );
    const known = this.vault.isFolder(folder);
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

  /** At once, but of a thousand files that become done one after the other the list is not drawn a thousand times. */
  private renderSoon(): void {
    const wait = this.rendered + RENDER_MS - performance.now();
    if (wait <= 0) this.render();
    else
      this.rendering ??= setTimeout(() => {
        this.rendering = undefined;
        this.render();
      }, wait);
  }

  private render(): void {
    if (this.vault.broken !== null) return;
    this.rendered = performance.now();
    this.leaveGone();
    const count = this.vault.childrenOf(this.folder).length + this.vault.namelessOf(this.folder).length;
    // First, as only what is shown can be measured.
    showState(count > 0 ? "list" : "empty");
    this.list.render(this.folder);
    write("[data-access]", accessInWords(this.vault));
    drawTitle(this.vault);
    drawFree(this.vault);
    this.warnOfKeys().catch((error: unknown) => this.fail(error));
    tellRequests(this.vault);
    const { files, sizeBytes } = this.vault.stored();
    write('[data-facts="size"]', texts().vault.used(files, formatSize(sizeBytes, pageLanguage())));
    drawPath(this.vault, this.folder, (folder) => this.goTo(folder));
    this.markActions();
  }

  /** Somebody has deleted the folder that is shown, or one above it: the nearest that is there is shown instead. */
  private leaveGone(): void {
    if (this.vault.isFolder(this.folder)) return;
    let at = this.folder;
    while (!this.vault.isFolder(at)) at = this.vault.chain.nodes.get(at)?.parent ?? this.vault.id;
    this.folder = at;
    history.replaceState(null, "", `${location.pathname}${at === this.vault.id ? "" : `#${at}`}`);
    this.list.selected.clear();
    this.pane.close();
    showStatus(texts().tree.folderGone);
  }

  /** Says that a key sealed for us does not open: somebody sealed another, or altered it. */
  private async warnOfKeys(): Promise<void> {
    find("[data-keys-failed]").hidden = (await this.vault.seeds.failures()).length === 0;
  }

  private markActions(): void {
    const isEmpty = this.list.selected.size === 0;
    for (const button of findAll('.sg-toolbar [data-action="download"]'))
      button.setAttribute("aria-disabled", String(isEmpty));
    for (const way of ["up", "top"])
      find(`[data-action="${way}"]`).setAttribute("aria-disabled", String(this.folder === this.vault.id));
    this.verbs.mark();
  }

  private listen(): void {
    const on = (action: string, act: () => void): void => {
      for (const button of findAll(`[data-action="${action}"]`)) {
        button.addEventListener("click", () => !isOff(button) && act());
      }
    };
    on("up", () => this.goTo(this.vault.chain.nodes.get(this.folder)?.parent ?? this.vault.id));
    on("top", () => this.goTo(this.vault.id));
    on("new-folder", askForFolder);
    listenForFolders(this.context());
    listenForRenaming(this.context());
    listenForThumbnails(this.thumbnails, () => this.tell(""));
    this.verbs.listen();
    for (const button of findAll('.sg-toolbar [data-action="download"]')) {
      button.addEventListener(
        "click",
        () => !isOff(button) && this.act(this.reading.saveAll(this.list.selectedNodes(), this.folder)),
      );
    }
    const choosing = new Choosing((choice, folder) => this.upload(choice, folder ?? this.folder));
    choosing.listen(this.mayWrite);
    new Dragging(this.context(), (transfer, folder) => this.act(choosing.drop(transfer, folder))).listen();
    window.addEventListener("beforeunload", (event) => {
      if ((this.uploads.isBusy || this.copies.isBusy) && !isLeaving()) event.preventDefault();
    });
    listenForKeys();
  }

  private upload(choice: Choice, folder: string): void {
    this.act(this.uploadWanted(choice, folder));
  }

  private async uploadWanted(choice: Choice, folder: string): Promise<void> {
    const files = await withoutClashes(this.vault, folder, choice.files);
    if (files === null) return;
    this.uploads.add({ files }, folder);
    await this.uploads.addFolders(choice, folder);
    this.renderSoon();
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
    for (const button of findAll(".sg-toolbar [data-action], .sg-toolbar [data-verb], [data-page-verb]"))
      button.setAttribute("aria-disabled", "true");
  }

  private showUpload(item: UploadItem): void {
    this.tray.show(item, this.uploads);
    if (item.stage === "done") this.renderSoon();
    if (item.stage !== "refused") return;
    if (this.isOver(item.problem)) this.fail(this.vault.broken ?? item.problem);
  }

  /** Whether nothing can be done on this page any more. */
  private isOver(error: unknown): boolean {
    return this.vault.broken !== null || isSignedOut(error);
  }
}

function isOff(button: HTMLElement): boolean {
  return button.getAttribute("aria-disabled") === "true";
}
