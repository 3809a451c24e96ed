/**
 * The firm's root, followed from the one that was pinned: whoever has seen a later one never goes back, and is told of the
 * change once in this browser (docs/formats.md, section 3, "Change of root").
 */

import { Certificates } from "../seals/certificates";
import { must } from "../seals/errors";
import { printOf } from "../seals/keys";
import { addDirectory } from "../wire/codec";
import { wholeDirectory } from "../wire/directory";
import { tellNewRoot } from "./root_news";
import { keep, recall } from "./store";

/** All that the person may see (or what is `about` some people), verified from the pinned root on. @throws IntegrityError, as `followRoot`. */
export async function certificatesOf(
  firm: string,
  pinned: string,
  about: readonly string[] | null = null,
): Promise<Certificates> {
  const certificates = await Certificates.verify(firm, pinned, []);
  await addDirectory(certificates, await wholeDirectory(about));
  await followRoot(certificates, pinned);
  return certificates;
}

/**
 * The firm's present root, for whoever has pinned `pinned` and is told that it is `claimed`.
 * @throws IntegrityError (`root_differs`) when the pinned one does not lead there; as `certificatesOf`.
 */
export async function presentRoot(firm: string, pinned: string, claimed: string): Promise<string> {
  if (claimed === pinned && (await seenRoot(firm, pinned)) === pinned) return pinned;
  // The line of roots is among the firm's own.
  const { root } = await certificatesOf(firm, pinned, []);
  must(root === claimed, "root_differs", "the firm shows another root than the one pinned");
  return root;
}

const seenKey = (firm: string): string => `root:${firm}`;
async function seenRoot(firm: string, pinned: string): Promise<string> {
  return (await recall<string>(seenKey(firm))) ?? pinned;
}

/**
 * Remembers the root to which the pinned one leads. `certificates` hold the whole line.
 * @throws IntegrityError (`root_rolled_back`) when a root that was seen is not in the line.
 */
export async function followRoot(certificates: Certificates, pinned: string): Promise<string> {
  const line = certificates.roots.map(({ kid }) => kid);
  if (line.length === 0) return pinned;
  const { firm, root } = certificates;
  const seen = await seenRoot(firm, pinned);
  must(line.includes(seen), "root_rolled_back", "a root that was seen is not in the line shown now");
  if (seen !== root) await tellNewRoot({ from: printOf(seen), to: printOf(root) });
  if (seen !== root || pinned !== root) await keep(seenKey(firm), root);
  return root;
}
