/** The details of one file. */

import { clone, find, findAll, write } from "../ui/dom";
import { formatSize, formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { kindOf, kindWord } from "./kinds";
import type { OpenedFile } from "./opened";

const PRINT_LENGTH = 16;

export class PaneView {
  private readonly pane = find("[data-pane]");
  private readonly nameOf: (kid: string) => string;
  private readonly isKnownClean: (file: OpenedFile) => boolean;
  private readonly turned: (file: OpenedFile | null) => void;
  file: OpenedFile | null = null;

  /** `turned` is called with the file whose details are shown, or null. */
  constructor(
    nameOf: (kid: string) => string,
    isKnownClean: (file: OpenedFile) => boolean,
    act: (action: "download" | "view", file: OpenedFile) => void,
    turned: (file: OpenedFile | null) => void,
  ) {
    this.nameOf = nameOf;
    this.isKnownClean = isKnownClean;
    this.turned = turned;
    find("[data-pane-close]", this.pane).addEventListener("click", () => this.close());
    for (const button of findAll<HTMLButtonElement>("[data-action]", this.pane)) {
      button.addEventListener("click", () => {
        if (this.file !== null) act(button.dataset["action"] === "view" ? "view" : "download", this.file);
      });
    }
  }

  show(file: OpenedFile): void {
    const language = pageLanguage();
    this.file = file;
    write("[data-pane-name]", file.row.name, this.pane);
    write("[data-pane-size]", formatSize(file.row.size, language), this.pane);
    write("[data-pane-type]", kindWord(file.row.name, language), this.pane);
    write("[data-pane-changed]", formatWhen(file.acceptedAt, now(), language), this.pane);
    const hasView = kindOf(file.row.name).preview !== undefined;
    find('[data-action="view"]', this.pane).hidden = !hasView;
    find("[data-pane-no-view]", this.pane).hidden = hasView;
    write("[data-pane-author]", this.nameOf(file.author), this.pane);
    write("[data-pane-print]", `${file.row.content_hash.slice(0, PRINT_LENGTH)} …`, this.pane);
    this.drawScan(file);
    const versions = [...file.node.versions].reverse().map(({ manifest, acceptedAt }, i) => {
      const item = clone("version-item");
      const { vault } = texts();
      write("[data-name]", `${vault.version(manifest.version)}${i === 0 ? ` · ${vault.current}` : ""}`, item);
      write(
        "[data-meta]",
        `${formatWhen(acceptedAt, now(), language)} · ${this.nameOf(manifest.author)}`,
        item,
      );
      return item;
    });
    find("[data-pane-versions]", this.pane).replaceChildren(...versions);
    this.turned(file);
    this.pane.hidden = false;
    this.pane.classList.add("is-open");
    find("[data-split]").classList.remove("is-single");
    find("[data-pane-name]", this.pane).focus({ preventScroll: true });
  }

  /** A verdict is named once it has been verified: when the file came from here, or was opened here. */
  drawScan(file: OpenedFile): void {
    if (this.file !== file) return;
    const isClean = this.isKnownClean(file);
    find("[data-pane-scan]", this.pane).replaceChildren(...(isClean ? [clone("badge-clean")] : []));
  }

  close(): void {
    const opener =
      this.file === null ? null : document.querySelector<HTMLElement>(`tr[data-node="${this.file.id}"] a`);
    this.file = null;
    this.turned(null);
    this.pane.hidden = true;
    this.pane.classList.remove("is-open");
    find("[data-split]").classList.add("is-single");
    opener?.focus();
  }
}
