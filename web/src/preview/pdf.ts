/** PDF by pdf.js: pages on canvases as they come into view, with a layer of text to select. Scripts, forms and links of the document do nothing. */

import { type PDFDocumentProxy, type PDFPageProxy, TextLayer } from "pdfjs-dist/legacy/build/pdf.mjs";
import "./pdf.css";
import { clone, find } from "../ui/dom";
import { texts } from "../ui/texts";
import { MAX_PIXELS, openPdf } from "./pdf_document";
import { PreviewError, type Shown } from "./shown";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;
/** Pages drawn beyond what is in view. */
const MARGIN = "50% 0px";

export async function showPdf(source: Blob, name: string, into: HTMLElement): Promise<Shown> {
  const { document, end } = await openPdf(source);
  try {
    const view = new PdfView(await document, name, into);
    await view.start();
    return {
      close: () => {
        view.close();
        end();
      },
    };
  } catch (error) {
    end();
    const isProtected = error instanceof Error && error.name === "PasswordException";
    throw new PreviewError(isProtected ? "protected" : "damaged");
  }
}

class PdfView {
  private readonly document: PDFDocumentProxy;
  private readonly bar = clone("preview-pdf");
  private readonly pages = document.createElement("div");
  private readonly drawn = new Map<HTMLElement, () => void>();
  private readonly observer: IntersectionObserver;
  private zoom = 1;
  private fit = 1;

  constructor(pdf: PDFDocumentProxy, name: string, into: HTMLElement) {
    this.document = pdf;
    this.pages.className = "sg-pdf";
    this.pages.tabIndex = 0;
    this.pages.setAttribute("role", "region");
    this.pages.setAttribute("aria-label", name);
    into.append(this.bar, this.pages);
    this.observer = new IntersectionObserver((entries) => this.turn(entries), {
      root: this.pages,
      rootMargin: MARGIN,
    });
  }

  async start(): Promise<void> {
    const first = await this.document.getPage(1);
    const { width } = first.getViewport({ scale: 1 });
    this.fit = Math.min(2, Math.max(0.25, (this.pages.clientWidth - 32) / width));
    for (let number = 1; number <= this.document.numPages; number++) this.pages.append(this.frame(number));
    this.layOut(first);
    this.listen();
  }

  private frame(number: number): HTMLElement {
    const frame = document.createElement("div");
    frame.className = "sg-pdf-page";
    frame.dataset["page"] = String(number);
    this.observer.observe(frame);
    return frame;
  }

  private get frames(): readonly HTMLElement[] {
    return [...this.pages.children] as HTMLElement[];
  }

  /** Every page as large as the first one until it has been read. */
  private layOut(first: PDFPageProxy): void {
    for (const frame of this.frames) this.size(frame, first);
  }

  private size(frame: HTMLElement, page: PDFPageProxy): void {
    const { width, height } = page.getViewport({ scale: this.scale });
    frame.style.width = `${Math.floor(width)}px`;
    frame.style.height = `${Math.floor(height)}px`;
  }

  private get scale(): number {
    return this.fit * this.zoom;
  }

  private turn(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const frame = target as HTMLElement;
      if (isIntersecting && !this.drawn.has(frame)) this.draw(frame).catch(() => this.spoil(frame));
      if (!isIntersecting) this.clear(frame);
    }
  }

  private clear(frame: HTMLElement): void {
    this.drawn.get(frame)?.();
    this.drawn.delete(frame);
    frame.replaceChildren();
  }

  /** A page that cannot be drawn says so; the others go on. */
  private spoil(frame: HTMLElement): void {
    if (this.drawn.has(frame)) frame.textContent = texts().preview.badPage;
  }

  private async draw(frame: HTMLElement): Promise<void> {
    let cancel = (): void => undefined;
    this.drawn.set(frame, () => cancel());
    const mark = this.drawn.get(frame);
    const page = await this.document.getPage(Number(frame.dataset["page"]));
    if (this.drawn.get(frame) !== mark) return;
    this.size(frame, page);
    const viewport = page.getViewport({ scale: this.scale });
    const ratio = Math.min(devicePixelRatio, Math.sqrt(MAX_PIXELS / 4 / (viewport.width * viewport.height)));
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width * ratio);
    canvas.height = Math.floor(viewport.height * ratio);
    canvas.setAttribute("aria-hidden", "true");
    const layer = document.createElement("div");
    layer.className = "sg-pdf-text textLayer";
    layer.style.setProperty("--total-scale-factor", String(viewport.scale));
    frame.replaceChildren(canvas, layer);
    const render = page.render({ canvas, viewport, transform: [ratio, 0, 0, ratio, 0, 0] });
    const text = new TextLayer({ textContentSource: page.streamTextContent(), container: layer, viewport });
    cancel = () => {
      render.cancel();
      text.cancel();
      canvas.width = 0;
      canvas.height = 0;
    };
    await Promise.all([render.promise, text.render()]).catch((error: unknown) => {
      // called off, because it is out of sight
      if (this.drawn.get(frame) === mark) throw error;
    });
  }

  private listen(): void {
    const number = find<HTMLInputElement>("[data-page-number]", this.bar);
    const { numPages } = this.document;
    number.max = String(numPages);
    find("[data-page-count]", this.bar).textContent = String(numPages);
    number.addEventListener("change", () => this.goTo(Number(number.value)));
    this.pages.addEventListener("scroll", () => {
      number.value = String(this.current());
    });
    for (const [action, step] of [
      ["zoom-in", 1],
      ["zoom-out", -1],
    ] as const)
      find(`[data-pdf="${action}"]`, this.bar).addEventListener("click", () => void this.zoomBy(step));
    this.pages.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+") void this.zoomBy(1);
      else if (event.key === "-") void this.zoomBy(-1);
      else if (event.key === "ArrowRight") this.goTo(this.current() + 1);
      else if (event.key === "ArrowLeft") this.goTo(this.current() - 1);
      else return;
      event.preventDefault();
    });
  }

  private current(): number {
    const middle = this.pages.scrollTop + this.pages.clientHeight / 2;
    const below = this.frames.findIndex(({ offsetTop, offsetHeight }) => offsetTop + offsetHeight >= middle);
    return below < 0 ? this.document.numPages : below + 1;
  }

  private goTo(number: number): void {
    const wanted = Math.min(this.document.numPages, Math.max(1, Math.trunc(number) || 1));
    this.pages.scrollTop = this.frames[wanted - 1]?.offsetTop ?? 0;
    find<HTMLInputElement>("[data-page-number]", this.bar).value = String(wanted);
  }

  private async zoomBy(step: 1 | -1): Promise<void> {
    const wider = ZOOMS.filter((zoom) => (step > 0 ? zoom > this.zoom : zoom < this.zoom));
    const next = step > 0 ? wider[0] : wider.at(-1);
    if (next === undefined) return;
    const page = this.current();
    this.zoom = next;
    find("[data-zoom]", this.bar).textContent = `${Math.round(next * 100)} %`;
    for (const frame of this.frames) {
      this.observer.unobserve(frame);
      this.clear(frame);
    }
    this.layOut(await this.document.getPage(1));
    this.goTo(page);
    for (const frame of this.frames) this.observer.observe(frame);
  }

  close(): void {
    this.observer.disconnect();
    for (const frame of this.frames) this.clear(frame);
    this.bar.remove();
    this.pages.remove();
  }
}
