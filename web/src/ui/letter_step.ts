/** The last step of inviting: the letter is saved here, or it is lost. */

import type { Letter } from "../ceremonies/invite";
import type { Open } from "../keyring/keyring";
import { grouped, letterLink } from "../seals/invitations";
import { find, write } from "./dom";
import { atWork } from "./form";
import { formatDay, now, pageLanguage } from "./format";
import { fileNameOf, saveFile } from "./save";
import { showStep } from "./steps";
import { texts } from "./texts";

/** Shows the step with the button that saves the letter; `place` and `phone` are the firm's. */
export function offerLetter(
  open: Open,
  letter: Letter,
  { firmPlace = "", firmPhone = "" }: DOMStringMap,
): void {
  const button = find('[data-save="letter"]');
  let isSaved = false;
  const save = async (): Promise<void> => {
    const pdf = await drawn(open, letter, firmPlace, firmPhone);
    saveFile(pdf, `${fileNameOf(texts().invite.letter, letter.guest.name)}.pdf`, "application/pdf");
    isSaved = true;
  };
  write("[data-letter-name]", letter.guest.name);
  write("[data-letter-until]", formatDay(letter.notAfter, pageLanguage()));
  button.addEventListener("click", () => void atWork(button, save));
  // The letter cannot be made again once the page is gone.
  window.addEventListener("beforeunload", (event) => {
    if (!isSaved) event.preventDefault();
  });
  showStep("letter");
}

async function drawn({ session }: Open, letter: Letter, place: string, phone: string) {
  const { letterPdf } = await import("../paper/letter");
  const { code, guest, id, notAfter } = letter;
  const { name, slug } = session.firm;
  const facts = {
    firm: { name, slug, place, phone },
    guest,
    server: location.origin,
    link: letterLink(location.origin, id, code),
    id,
    code: grouped(code),
    notAfter,
    today: now(),
  };
  return letterPdf(facts, texts().letter, pageLanguage());
}
