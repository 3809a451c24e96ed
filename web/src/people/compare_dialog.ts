/** The dialog that confirms a key for which only a letter vouches: its words are compared on the telephone. */

import { vouchFor } from "../ceremonies/countersign";
import type { VerifiedCertificate } from "../seals/certificates";
import { must } from "../seals/errors";
import { find, write } from "../ui/dom";
import { atWork, clearErrors, onSubmit } from "../ui/form";
import { now } from "../ui/format";
import { qrCode } from "../ui/qr";
import { spokenOf } from "../ui/spoken";
import { texts } from "../ui/texts";
import type { Asked } from "./revoke_dialog";

export class CompareDialog {
  private readonly dialog = find<HTMLDialogElement>("dialog#compare");
  private confirm: () => Promise<void> = async () => undefined;

  listen(): void {
    const form = find<HTMLFormElement>('form[data-form="compare"]', this.dialog);
    onSubmit(form, () => void atWork(find("[data-submit]", form), () => this.confirm(), "compare"));
  }

  /** `key`: the one the page shows. @throws IntegrityError (`certificate_conflict`) if it is not the person's. */
  show({ open, certificates, person }: Asked, key: string, done: () => void): void {
    const certificate = certificates.of(key);
    requireHis(certificate, person.id);
    write("[data-compare-title]", texts().compare.title(person.name), this.dialog);
    write("[data-compare-words]", spokenOf(certificate.kid), this.dialog);
    find("[data-compare-qr]", this.dialog).replaceChildren(
      qrCode(spokenOf(certificate.kid), texts().compare.qr),
    );
    this.confirm = async () => {
      await vouchFor(open, certificates, certificate, now());
      this.dialog.close();
      done();
    };
    clearErrors();
    this.dialog.showModal();
  }
}

/** @throws IntegrityError (`certificate_conflict`) unless the key is certified for this person. */
export function requireHis(
  certificate: VerifiedCertificate | null,
  person: string,
): asserts certificate is VerifiedCertificate {
  const isHis = certificate !== null && certificate.subject === person;
  must(isHis, "certificate_conflict", "the page shows another key than the person's");
}
