/** The dialog that takes a key back: why, since when, what falls with it, and the name typed as a last check. */

import { loadCertificates, loadNames } from "../ceremonies/directory";
import { lastOf } from "../ceremonies/reset";
import { type Falling, falling, placeAt, revoke } from "../ceremonies/revoke";
import type { Open } from "../keyring/keyring";
import type { Certificates, VerifiedCertificate } from "../seals/certificates";
import { RefusedError } from "../seals/errors";
import { printOf } from "../seals/keys";
import { mayRevoke, type Reason } from "../seals/revocations";
import { clone, find, findAll, write } from "../ui/dom";
import { atWork, clearErrors, entry, field, onSubmit, showFieldError } from "../ui/form";
import { now } from "../ui/format";
import { texts } from "../ui/texts";

/** A person of the page, with his open revoker. */
export interface Asked {
  readonly open: Open;
  readonly certificates: Certificates;
  readonly person: { readonly id: string; readonly name: string };
}

interface Shown extends Asked {
  readonly certificate: VerifiedCertificate;
  /** Null until a day was typed: then `certificates` are all, and these the names of whose keys they are. */
  readonly names: ReadonlyMap<string, string> | null;
  readonly done: (revoked: Asked) => void;
}

/** With these reasons somebody else may have had the key. */
const STRANGERS: readonly string[] = ["lost", "compromised"];

export class RevokeDialog {
  private readonly dialog = find<HTMLDialogElement>("dialog#revoke");
  private shown: Shown | null = null;
  private readonly form = find<HTMLFormElement>('form[data-form="revoke"]', this.dialog);
  private readonly submitButton = find("[data-submit]", this.form);
  private falls: Falling = { mine: [], others: [] };

  listen(): void {
    onSubmit(this.form, () => void atWork(this.submitButton, () => this.submit(), "revoke-typed"));
    const redraw = async (): Promise<void> => {
      await this.complete();
      this.draw();
    };
    for (const id of ["revoke-reason", "revoke-since"])
      field(id).addEventListener("change", () => void atWork(this.submitButton, redraw, "revoke-since"));
  }

  /** `done` is called when the key is taken back. @throws RefusedError (`not_allowed`, `no_key`), WireError. */
  async show(asked: Asked, done: (revoked: Asked) => void): Promise<void> {
    const { open, certificates, person } = asked;
    const certificate = lastOf(certificates, person.id).last;
    if (!mayRevoke(certificates.person(open.keys.kid), certificate))
      throw new RefusedError("not_allowed", "the person may not take this key back");
    this.shown = { ...asked, certificate, names: null, done };
    const isLetter = certificate.kind === "invitation";
    for (const part of findAll("[data-for-key]", this.dialog)) part.hidden = isLetter;
    for (const part of findAll("[data-for-letter]", this.dialog)) part.hidden = !isLetter;
    write("[data-revoke-title]", texts().revoke.title(person.name), this.dialog);
    write("[data-revoke-name]", texts().revoke.whose(person.name, printOf(certificate.kid)), this.dialog);
    field("revoke-reason").value = isLetter ? "withdrawn" : "left";
    field("revoke-since").value = "";
    field("revoke-typed").value = "";
    clearErrors();
    this.draw();
    this.dialog.showModal();
  }

  private get reason(): Reason {
    return field("revoke-reason").value as Reason;
  }

  /** The day from which on the key may have been another's; "" for none. */
  private get day(): string {
    return STRANGERS.includes(this.reason) ? field("revoke-since").value : "";
  }

  /**
   * Whatever the key certified since that day falls, whosever it is, and the day has its place in the log by what was
   * accepted before it: for this, and for nothing else here, all certificates are needed. True when they came only now.
   */
  private async complete(): Promise<boolean> {
    const { shown } = this;
    if (shown === null || shown.names !== null || this.day === "") return false;
    const certificates = await loadCertificates(shown.open);
    this.shown = { ...shown, certificates, names: await loadNames() };
    return true;
  }

  /** The first log index of the day that was typed; null for none. */
  private since(certificates: Certificates): number | null {
    const { day } = this;
    if (day === "") return null;
    return placeAt(certificates, new Date(`${day}T00:00:00`).getTime() / 1000);
  }

  private draw(): void {
    if (this.shown === null) return;
    const { open, certificates, certificate, names } = this.shown;
    find("[data-since]", this.dialog).hidden = !STRANGERS.includes(this.reason);
    this.falls = falling(open, certificates, certificate.kid, this.since(certificates), now());
    const { mine, others } = this.falls;
    find("[data-falling]", this.dialog).hidden = mine.length + others.length === 0;
    const nameOf = ({ kind, subject }: VerifiedCertificate): string =>
      names?.get(subject) ?? texts().revoke.machine(kind);
    find("[data-falling-mine]", this.dialog).replaceChildren(
      ...mine.map((fallen) => {
        const item = clone("falling-item");
        write("[data-name]", nameOf(fallen), item);
        write("[data-print]", printOf(fallen.kid), item);
        return item;
      }),
    );
    const line = find("[data-falling-others]", this.dialog);
    line.hidden = others.length === 0;
    line.textContent = texts().revoke.others(others.map(nameOf).join(", "));
  }

  private async submit(): Promise<void> {
    // What falls is seen before it is confirmed.
    if (await this.complete()) {
      this.draw();
      return;
    }
    const { shown } = this;
    if (shown === null) return;
    const { open, certificates, certificate, person } = shown;
    const typed = entry("revoke-typed").trim();
    if (![lastNameOf(person.name), person.name].some((name) => isSame(typed, name))) {
      showFieldError("revoke-typed", texts().revoke.typed(lastNameOf(person.name)));
      return;
    }
    const boxes = findAll<HTMLInputElement>("[data-falling-mine] input", this.dialog);
    const plan = {
      certificate,
      reason: this.reason,
      compromisedSince: this.since(certificates),
      recertify: this.falls.mine.filter((_, at) => boxes[at]?.checked === true),
    };
    await revoke(open, certificates, plan, now());
    this.shown = null;
    this.dialog.close();
    shown.done(shown);
  }
}

function lastNameOf(name: string): string {
  return name.split(" ").at(-1) ?? name;
}

function isSame(typed: string, name: string): boolean {
  return typed.localeCompare(name, "de", { sensitivity: "accent" }) === 0;
}
