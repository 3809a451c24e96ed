/** Gives the contents to the person as a file. */
export function saveFile(contents: BlobPart, name: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([contents], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A name any system takes: "Kanzlei Müller & Söhne" becomes "Kanzlei-Müller-Söhne". */
export function fileNameOf(...parts: readonly string[]): string {
  return parts
    .join(" ")
    .replace(/[^\p{L}\p{N}.]+/gu, "-")
    .replace(/^[-.]+|-+$/g, "");
}
