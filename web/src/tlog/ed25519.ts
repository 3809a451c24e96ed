/** Ed25519 for who only verifies: WebCrypto's; where a browser has none, the library's, which is loaded only then. */

import type { Bytes } from "../crypto/bytes";

/** Whether the signature is this key's over this message; malformed ones are simply not. */
export async function isSignedBy(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch (error) {
    // Engines also throw for keys and signatures that are no points; for the caller they are merely not valid.
    if (!(error instanceof DOMException && error.name === "NotSupportedError")) return false;
    const library = await import("../crypto/ed25519");
    return library.isSignedBy(publicKey, message, signature);
  }
}
