/**
 * What can go wrong in `crypto/`. Every error stops the operation; none is a reason to fall back.
 *
 *     CryptoError
 *     ├── EncodingError    text or bytes that are not exactly as they must be
 *     ├── HeaderError      an age header, recipient or identity that is malformed, or whose MAC fails
 *     ├── NoMatchError     a well-formed header that is sealed to somebody else
 *     ├── PayloadError     a payload that is truncated, altered, too long or under another key
 *     ├── PassphraseError  a passphrase that does not open its file
 *     └── SignatureError   a signature that is malformed, foreign or wrong
 */
export class CryptoError extends Error {
  /** Stable name for machines; the message is English for developers. */
  readonly code: string = "crypto";
}

export class EncodingError extends CryptoError {
  override readonly code = "encoding";
}

export class HeaderError extends CryptoError {
  override readonly code = "header";
}

export class NoMatchError extends CryptoError {
  override readonly code = "no_match";
}

export class PayloadError extends CryptoError {
  override readonly code = "payload";
}

export class PassphraseError extends CryptoError {
  override readonly code = "passphrase";
}

export class SignatureError extends CryptoError {
  override readonly code = "signature";
}
