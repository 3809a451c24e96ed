/** A line above the preview: what of the file is not shown. */
export function note(into: HTMLElement, text: string): void {
  const line = document.createElement("p");
  line.className = "small muted mb-2";
  line.dataset["previewNote"] = "";
  line.setAttribute("role", "note");
  line.textContent = text;
  into.prepend(line);
}
