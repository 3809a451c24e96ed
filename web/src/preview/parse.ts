/**
 * XML and HTML of a file into documents that belong to no window: nothing in them runs or loads.
 *
 * `DOMParser` is a sink of Trusted Types. The policy below is used for it and leaves this module nowhere.
 */

interface Policy {
  createHTML(text: string): string;
}

const rules: Policy = { createHTML: (text) => text };
const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } })
  .trustedTypes;
const policy = factory?.createPolicy("siegel-parser", rules) ?? rules;

/** Null for what is no XML. A document type is refused before parsing: entities are of no use here but to grow. */
export function parseXml(text: string): Document | null {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return null;
  const parsed = new DOMParser().parseFromString(policy.createHTML(text), "application/xml");
  return parsed.getElementsByTagName("parsererror").length > 0 ? null : parsed;
}

export function parseHtml(text: string): Document {
  return new DOMParser().parseFromString(policy.createHTML(text), "text/html");
}
