/** What comes of showing a file, whatever its kind. */

/** What is on the screen; `close` takes it off and lets go of everything. */
export interface Shown {
  close(): void;
}

/** The file cannot be shown, and why; the person can still save it. */
export class PreviewError extends Error {
  readonly code: "damaged" | "no_view" | "protected" | "too_large";

  constructor(code: PreviewError["code"]) {
    super(code);
    this.name = "PreviewError";
    this.code = code;
  }
}
