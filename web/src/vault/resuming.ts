/**
 * A vault for its page: opened from what this browser kept of an earlier replay, or replayed (ADR 0026).
 *
 * What was kept counts only while the server's evidence about keys and teams, as far as the log reached then, is the very one
 * that it was judged by: a revocation or a team's record that was held back has everything judged anew.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { hastenSha256 } from "../crypto/sha256";
import type { Open } from "../keyring/keyring";
import { forgetReplay, type KeptReplay, keepReplay, recallHead, recallReplay } from "../keyring/replays";
import { Certificates } from "../seals/certificates";
import { type ChainState, type Node, VaultChain } from "../seals/chain";
import { IntegrityError } from "../seals/errors";
import type { VaultRow } from "../seals/rows";
import { addDirectory } from "../wire/codec";
import { type News, vaultApi } from "../wire/vault_api";
import { evidenceUpTo } from "./evidence";
import { OpenedVault } from "./opened";
import { type PackedNodes, packNodes, type Unpacked, unpackNodes } from "./packing";
import { OwedSignatures } from "./signatures";

/** What is kept besides the nodes. */
interface KeptVault {
  readonly chain: Omit<ChainState, "epochs">;
  readonly epochs: readonly (Omit<ChainState["epochs"][number], "previousSeed"> & {
    readonly previousSeed: string | null;
  })[];
  readonly sealed: VaultRow;
  readonly judgedBy: string;
}

/** Less than this is quickly replayed: records and changes of nodes. */
const WORTH_KEEPING = 500;
/** In one box; about 0.7 MiB of files. */
const NODES_PER_BOX = 2000;

/** The news since a head, asked for before anybody knows who is to read them. */
export interface Asked {
  readonly since: number;
  readonly news: Promise<News>;
}

/** Asks for the news that `openForPage` will need, so that the server is at work while the page opens its key. */
export async function askAhead(id: string): Promise<Asked> {
  const since = (await recallHead(id))?.seq ?? 0;
  return { since, news: askNews(id, since) };
}

function askNews(id: string, since: number): Promise<News> {
  const news = vaultApi.news(id, since, false);
  news.catch(() => undefined);
  return news;
}

const owedBy = new WeakMap<OpenedVault, OwedSignatures>();

/** The vault, with the news taken; `settle` has to follow. @throws IntegrityError, WireError. */
export async function openForPage(open: Open, id: string, asked: Asked | null = null): Promise<OpenedVault> {
  try {
    return await opened(open, id, asked);
  } catch (error) {
    // What the person's other devices have seen since is missing in an answer from before: a new one has to hold.
    if (asked === null || !(error instanceof IntegrityError)) throw error;
    return opened(open, id, null);
  }
}

async function opened(open: Open, id: string, asked: Asked | null): Promise<OpenedVault> {
  const hastened = hastenSha256();
  const kept = await recallReplay(open, id);
  await hastened;
  const owed = new OwedSignatures();
  const vault =
    (kept && (await resumed(open, id, kept, owed, asked))) ?? (await replayed(open, id, owed, asked));
  vault.later = undefined;
  owedBy.set(vault, owed);
  return vault;
}

/** Verifies what was put off; then keeps the vault for the next opening, if that is worth it. @throws IntegrityError. */
export async function settle(vault: OpenedVault): Promise<void> {
  await vault.settle(owedBy.get(vault)?.settle() ?? Promise.resolve());
  if (vault.replayed < WORTH_KEEPING || vault.sealed === null || vault.broken !== null) return;
  const { open, id, chain, reader, sealed, evidence } = vault;
  // What was shown only after the records that it is about would be kept as if they had been judged by it.
  if (!evidence.isSteady) return forgetReplay(id);
  const nodes = [...chain.nodes.values()];
  const state = chain.state();
  const head = { seq: chain.seq, head: chain.head };
  const judgedBy = evidenceUpTo(evidence.last, chain.logIndex);
  const epochs = state.epochs.map(({ previousSeed, ...epoch }) => ({
    ...epoch,
    previousSeed: previousSeed && toBase64url(previousSeed),
  }));
  const first: KeptVault = { chain: { ...state, heads: [...state.heads] }, epochs, sealed, judgedBy };
  const parts: (() => unknown)[] = [() => first];
  for (let at = 0; at < nodes.length; at += NODES_PER_BOX)
    parts.push(() => packNodes(nodes.slice(at, at + NODES_PER_BOX), reader));
  await keepReplay(open, id, head, parts);
}

async function replayed(
  open: Open,
  id: string,
  owed: OwedSignatures,
  asked: Asked | null,
): Promise<OpenedVault> {
  const certificates = await Certificates.verify(open.session.firm.id, open.root, []);
  const vault = new OpenedVault(open, certificates, VaultChain.begin(certificates, id));
  vault.later = owed.later;
  await vault.begin(asked?.since === 0 ? asked.news : askNews(id, 0));
  return vault;
}

/** Null where what is kept does not open, or was judged by other evidence than the server shows now: that is thrown away. */
async function resumed(
  open: Open,
  id: string,
  kept: KeptReplay,
  owed: OwedSignatures,
  asked: Asked | null,
): Promise<OpenedVault | null> {
  const { seq } = kept.head;
  const coming = asked?.since === seq ? asked.news : askNews(id, seq);
  const unpacked = await unpack(open, id, kept);
  const news = await coming;
  const isSame =
    unpacked !== null && unpacked.first.judgedBy === evidenceUpTo(news, unpacked.first.chain.logIndex);
  if (!isSame) {
    await forgetReplay(id);
    return null;
  }
  const vault = await revive(open, id, unpacked, news);
  vault.later = owed.later;
  await vault.begin(coming);
  return vault;
}

async function revive(
  open: Open,
  id: string,
  { first, boxes }: { readonly first: KeptVault; readonly boxes: readonly Unpacked[] },
  news: News,
): Promise<OpenedVault> {
  const certificates = await Certificates.verify(open.session.firm.id, open.root, []);
  await addDirectory(certificates, news);
  const epochs = first.epochs.map(({ previousSeed, ...epoch }) => ({
    ...epoch,
    previousSeed: previousSeed === null ? null : fromBase64url(previousSeed),
  }));
  const nodes: Node[] = boxes.flatMap((box) => box.nodes);
  const chain = VaultChain.resume(certificates, id, { ...first.chain, epochs }, nodes);
  const vault = new OpenedVault(open, certificates, chain);
  vault.evidence.take(news, -1);
  for (const { rows } of boxes) for (const [spot, held] of rows) vault.reader.addHeld(spot, held);
  vault.restore(first.sealed);
  return vault;
}

async function unpack(
  open: Open,
  id: string,
  kept: KeptReplay,
): Promise<{ readonly first: KeptVault; readonly boxes: readonly Unpacked[] } | null> {
  let first: KeptVault | null = null;
  const boxes: Unpacked[] = [];
  try {
    for await (const part of kept.parts()) {
      if (first === null) first = part as KeptVault;
      else boxes.push(unpackNodes(part as PackedNodes, open.session.firm.id, id));
    }
  } catch {
    // Another session's, altered, or not whole: no more than a cache that is lost.
    return null;
  }
  return first && { first, boxes };
}
