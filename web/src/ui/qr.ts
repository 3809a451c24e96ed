/** A QR code as SVG, drawn here: what it holds is a secret. */

import { encode } from "uqr";

const SVG = "http://www.w3.org/2000/svg";
/** White around it, in modules; readers need four. */
const QUIET = 4;

/** `label` says what it is to whoever cannot see it; `ecc` "L" for what is long. */
export function qrCode(text: string, label: string, ecc: "L" | "M" = "M"): SVGSVGElement {
  const { data, size } = encode(text, { ecc, border: QUIET });
  const image = document.createElementNS(SVG, "svg");
  image.setAttribute("viewBox", `0 0 ${size} ${size}`);
  image.setAttribute("shape-rendering", "crispEdges");
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", label);
  image.append(shape("rect", { width: String(size), height: String(size), fill: "#fff" }));
  const modules = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  image.append(shape("path", { d: modules.join(""), fill: "#000" }));
  return image;
}

function shape(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
