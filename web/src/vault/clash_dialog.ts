/** Before an upload: names that the folder has already. What shall become of them is asked, once or for all. */

import { runDialog } from "../ui/dialog";
import { find, findAll, write } from "../ui/dom";
import { field } from "../ui/form";
import { texts } from "../ui/texts";
import type { OnTaken } from "./copies";
import { foldName, freeName } from "./names";
import { setNote } from "./notes";
import type { OpenedNode, OpenedVault } from "./opened";
import type { Picked } from "./picked";

interface Answer {
  readonly onTaken: OnTaken;
  readonly note: string;
  readonly isForAll: boolean;
}

/**
 * The files to upload below the folder, some under another name, without those that are skipped; null when the person left
 * the dialog.
 */
export async function withoutClashes(
  vault: OpenedVault,
  folder: string,
  files: readonly Picked[],
): Promise<readonly Picked[] | null> {
  const namesakes = files.map(({ file, path }) => namesake(vault, folder, path, file.name));
  const chosen = new Set(files.map(({ file, path }) => placeOf(path, file.name)));
  let left = namesakes.filter((found) => found !== undefined).length;
  let forAll: Answer | null = null;
  const wanted: Picked[] = [];
  for (const [i, picked] of files.entries()) {
    const found = namesakes[i];
    if (found === undefined) {
      wanted.push(picked);
      continue;
    }
    left -= 1;
    const answer: Answer | null = forAll ?? (await ask(picked.file.name, found.kind === "file", left));
    if (answer === null) return null;
    if (answer.isForAll) forAll = answer;
    if (answer.onTaken === "skip") continue;
    // A folder has no versions: a file of its name gets another one.
    if (answer.onTaken === "version" && found.kind === "file") {
      setNote(picked.file, answer.note);
      wanted.push(picked);
    } else wanted.push(renamed(vault, found.parent, picked, chosen));
  }
  return wanted;
}

/** What lies already where a chosen file would go; undefined also where its folders are yet to be made. */
function namesake(
  vault: OpenedVault,
  folder: string,
  path: readonly string[],
  name: string,
): OpenedNode | undefined {
  let parent = folder;
  for (const part of path) {
    const found = vault.fileNamed(parent, part);
    if (found?.kind !== "folder") return undefined;
    parent = found.id;
  }
  return vault.fileNamed(parent, name.normalize("NFC"));
}

/** Where a file goes, for comparing. */
function placeOf(path: readonly string[], name: string): string {
  return [...path, name].map(foldName).join("/");
}

function renamed(vault: OpenedVault, parent: string, picked: Picked, chosen: Set<string>): Picked {
  const { file, path } = picked;
  const isTaken = (name: string) =>
    vault.fileNamed(parent, name) !== undefined || chosen.has(placeOf(path, name));
  const name = freeName(file.name.normalize("NFC"), isTaken);
  chosen.add(placeOf(path, name));
  return { file: new File([file], name, { lastModified: file.lastModified, type: file.type }), path };
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
  // Neither choice loses anything; what has the focus when the dialog opens is the one that is made.
  for (const choice of ["clash-version", "clash-both"])
    field(choice).checked = field(choice).autofocus = (choice === "clash-version") === isFile;
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
