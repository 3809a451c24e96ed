/** The details of one file, and its earlier versions. */

import { isShowable } from "../preview/index";
import type { FileVersion } from "../seals/chain";
import { clone, find, write } from "../ui/dom";
import { formatSize, formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { kindWord } from "./kinds";
import type { OpenedFile } from "./opened";

const PRINT_LENGTH = 16;

/** What the server, or the chain, tells of a scan that nobody here has verified. */
export type Told = "held" | "released" | "told";

interface PaneHandlers {
  /** `version`: an earlier one; null for the one shown. */
  act(action: "download" | "restore" | "view", file: OpenedFile, version: FileVersion | null): void;
  /** What its author wrote about a version; empty where he wrote nothing, or it does not open. */
  noteOf(file: OpenedFile, version: FileVersion): Promise<string>;
  /** Draws what is said of the file besides: its lock, and what happened. */
  more(file: OpenedFile): void;
  /** Called with the file whose details are shown, or null. */
  turned(file: OpenedFile | null): void;
  /** The person wants to go back to the list. */
  left(): void;
}

export class PaneView {
  private readonly pane = find("[data-pane]");
  private readonly nameOf: (kid: string) => string;
  private readonly isKnownClean: (file: OpenedFile) => boolean;
  private readonly told: (file: OpenedFile) => Told;
  private readonly mayWrite: boolean;
  private readonly handlers: PaneHandlers;
  file: OpenedFile | null = null;

  constructor(
    nameOf: (kid: string) => string,
    isKnownClean: (file: OpenedFile) => boolean,
    told: (file: OpenedFile) => Told,
    mayWrite: boolean,
    handlers: PaneHandlers,
  ) {
    this.mayWrite = mayWrite;
    this.nameOf = nameOf;
    this.isKnownClean = isKnownClean;
    this.told = told;
    this.handlers = handlers;
    find("[data-pane-close]", this.pane).addEventListener("click", () => handlers.left());
    for (const action of ["view", "download"] as const) {
      find(`[data-action="${action}"]`, this.pane).addEventListener("click", () => {
        if (this.file !== null) handlers.act(action, this.file, null);
      });
    }
  }

  show(file: OpenedFile): void {
    this.draw(file);
    this.pane.hidden = false;
    this.pane.classList.add("is-open");
    find("[data-split]").classList.remove("is-single");
    find("[data-pane-name]", this.pane).focus({ preventScroll: true });
  }

  /** The file as it is now; the focus stays where it is. */
  draw(file: OpenedFile): void {
    const language = pageLanguage();
    this.file = file;
    write("[data-pane-name]", file.row.name, this.pane);
    write("[data-pane-size]", formatSize(file.row.size, language), this.pane);
    write("[data-pane-type]", kindWord(file.row.name, language), this.pane);
    write("[data-pane-changed]", formatWhen(file.acceptedAt, now(), language), this.pane);
    const hasView = isShowable(file.row.name);
    find('[data-action="view"]', this.pane).hidden = !hasView;
    find("[data-pane-no-view]", this.pane).hidden = hasView;
    write("[data-pane-author]", this.nameOf(file.author), this.pane);
    write("[data-pane-print]", `${file.row.content_hash.slice(0, PRINT_LENGTH)} …`, this.pane);
    this.drawScan(file);
    const versions = [...file.node.versions].reverse().map((version) => this.versionItem(file, version));
    find("[data-pane-versions]", this.pane).replaceChildren(...versions);
    this.handlers.more(file);
    this.handlers.turned(file);
  }

  private versionItem(file: OpenedFile, version: FileVersion): HTMLElement {
    const { manifest, acceptedAt, author, resealed } = version;
    const { vault } = texts();
    const item = clone("version-item");
    const isShown = manifest.version === file.signed.manifest.version;
    const isNewest = version === file.node.versions.at(-1);
    const name = vault.version(manifest.version);
    const when = formatWhen(acceptedAt, now(), pageLanguage());
    write("[data-name]", isNewest ? `${name} · ${vault.current}` : name, item);
    const anew =
      resealed === null
        ? ""
        : ` · ${vault.resealedBy(this.sealerOf(resealed.author), formatWhen(resealed.acceptedAt, now(), pageLanguage()))}`;
    write("[data-meta]", `${when} · ${this.nameOf(author)}${anew}`, item);
    const titles = {
      view: vault.viewVersion(name),
      download: vault.saveVersion(name),
      restore: texts().tree.restoreVersion(name),
    };
    for (const action of ["view", "download", "restore"] as const) {
      const button = find(`[data-version="${action}"]`, item);
      const isAway =
        (action === "view" && !isShowable(file.row.name)) || (action === "restore" && !this.mayWrite);
      button.hidden = isShown || isAway;
      button.title = titles[action];
      button.setAttribute("aria-label", button.title);
      button.addEventListener("click", () => this.handlers.act(action, file, version));
    }
    void this.handlers.noteOf(file, version).then((note) => {
      const region = find("[data-version-note]", item);
      region.textContent = note;
      region.hidden = note === "";
    });
    return item;
  }

  /** In a sentence. */
  private sealerOf(kid: string): string {
    const name = this.nameOf(kid);
    return name === texts().vault.you ? texts().tree.byYou : name;
  }

  /** A verdict is named once it has been verified: when the file came from here, or was opened here. */
  drawScan(file: OpenedFile): void {
    if (this.file !== file) return;
    const isClean = this.isKnownClean(file);
    write("[data-pane-verdict]", texts().vault.verdict[isClean ? "known" : this.told(file)], this.pane);
    find("[data-pane-scan]", this.pane).replaceChildren(...(isClean ? [clone("badge-clean")] : []));
  }

  close(): void {
    const opener =
      this.file === null ? null : document.querySelector<HTMLElement>(`tr[data-node="${this.file.id}"] a`);
    this.file = null;
    this.handlers.turned(null);
    this.pane.hidden = true;
    this.pane.classList.remove("is-open");
    find("[data-split]").classList.add("is-single");
    opener?.focus();
  }
}
