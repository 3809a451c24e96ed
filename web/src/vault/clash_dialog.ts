/** Before an upload: names that the folder has already. What shall become of them is asked, once or for all. */

import { runDialog } from "../ui/dialog";
import { find, findAll, write } from "../ui/dom";
import { field } from "../ui/form";
import { texts } from "../ui/texts";
import type { OnTaken } from "./copies";
import { foldName, freeName } from "./names";
import { setNote } from "./notes";
import type { OpenedVault } from "./opened";

interface Answer {
  readonly onTaken: OnTaken;
  readonly note: string;
  readonly isForAll: boolean;
}

/**
 * The files to upload into the folder, some under another name, without those that are skipped. None when the person
 * left the dialog.
 */
export async function withoutClashes(
  vault: OpenedVault,
  folder: string,
  files: readonly File[],
): Promise<readonly File[]> {
  const taken = files.filter(({ name }) => vault.fileNamed(folder, name) !== undefined);
  const chosen = new Set(files.map(({ name }) => foldName(name)));
  let forAll: Answer | null = null;
  let left = taken.length;
  const wanted: File[] = [];
  for (const file of files) {
    const found = vault.fileNamed(folder, file.name);
    if (found === undefined) {
      wanted.push(file);
      continue;
    }
    left -= 1;
    const answer: Answer | null = forAll ?? (await ask(file.name, found.kind === "file", left));
    if (answer === null) return [];
    if (answer.isForAll) forAll = answer;
    if (answer.onTaken === "skip") continue;
    // A folder has no versions: a file of its name gets another one.
    if (answer.onTaken === "version" && found.kind === "file") {
      setNote(file, answer.note);
      wanted.push(file);
    } else wanted.push(renamed(vault, folder, file, chosen));
  }
  return wanted;
}

function renamed(vault: OpenedVault, folder: string, file: File, chosen: Set<string>): File {
  const { lastModified, name: old, type } = file;
  const isTaken = (name: string) => vault.fileNamed(folder, name) !== undefined || chosen.has(foldName(name));
  const name = freeName(old.normalize("NFC"), isTaken);
  chosen.add(foldName(name));
  return new File([file], name, { lastModified, type });
}

/** `more`: how many of these files have names that are taken, besides this one. */
async function ask(name: string, isFile: boolean, more: number): Promise<Answer | null> {
  const { tree } = texts();
  const dialog = find("dialog#clash");
  write("[data-title]", tree.clashTitle(name), dialog);
  write("[data-all-text]", tree.clashMore(more), dialog);
  find("[data-all]", dialog).hidden = more === 0;
  find("[data-version-choice]", dialog).hidden = !isFile;
  field("clash-all").checked = false;
  field("clash-note").value = "";
  field(isFile ? "clash-version" : "clash-both").checked = true;
  const note = find("[data-note]", dialog);
  const showNote = (): void => {
    note.hidden = !field("clash-version").checked;
  };
  showNote();
  for (const radio of findAll('[name="clash"]', dialog)) radio.onchange = showNote;
  const isAnswered = await runDialog("clash", { submit: async () => undefined });
  if (!isAnswered) return null;
  const onTaken = find<HTMLInputElement>('[name="clash"]:checked', dialog).value as OnTaken;
  return { onTaken, note: field("clash-note").value, isForAll: field("clash-all").checked };
}
