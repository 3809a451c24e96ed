/**
 * Looking at a file without leaving a decrypted copy behind. By name: a sender's media type proves nothing.
 *
 * What could hold markup (text, Office, mails) is shown in `<iframe sandbox>` without scripts, without our origin and
 * without anything remote; PDF pages are drawn on canvases. Each kind is a module of its own, loaded when it is wanted.
 */

import { extensionOf } from "./names";
import { PreviewError, type Shown } from "./shown";

type Show = (source: Blob, name: string, into: HTMLElement) => Promise<Shown>;

/** Bytes that a preview reads into memory at most. */
const MAX_BYTES = 64 << 20;

const pdf: Show = async (...file) => (await import("./pdf")).showPdf(...file);
const image: Show = async (...file) => (await import("./image")).showImage(...file);
const text: Show = async (...file) => (await import("./text")).showText(...file);
const mail: Show = async (...file) => (await import("./mail")).showMail(...file);
const office: Show = async (...file) => (await import("./office")).showOffice(...file);

const KINDS: { readonly [extension: string]: Show } = {
  pdf,
  png: image,
  jpg: image,
  jpeg: image,
  gif: image,
  webp: image,
  txt: text,
  csv: text,
  xml: text,
  json: text,
  log: text,
  md: text,
  svg: text,
  html: text,
  htm: text,
  eml: mail,
  docx: office,
  xlsx: office,
  odt: office,
  ods: office,
};

export function isShowable(name: string): boolean {
  return Object.hasOwn(KINDS, extensionOf(name));
}

/** Shows the file in `into`, which is emptied first. @throws PreviewError. */
export async function preview(source: Blob, name: string, into: HTMLElement): Promise<Shown> {
  into.replaceChildren();
  const show = Object.hasOwn(KINDS, extensionOf(name)) ? KINDS[extensionOf(name)] : undefined;
  if (show === undefined) throw new PreviewError("no_view");
  if (source.size > MAX_BYTES) throw new PreviewError("too_large");
  return show(source, name, into);
}
