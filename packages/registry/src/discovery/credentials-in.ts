/**
 * Last words of names whose values are credentials: `apiKey`, `x-api-key`, `accessToken`, `client_secret`. The tokens of a
 * model's language are none: `stopToken`, `eosToken`.
 */
const credentialName =
  /(?:(?:api|access|secret|private)key|(?<!stop|start|end|eos|bos|pad|unk|sep|mask|first|last)token|secret|password|passwd|authorization|cookies?)$/;

/** Values that are credentials whatever they are called. */
const credentialShapes: readonly RegExp[] = [
  /^(?:bearer|basic)\s+\S{6,}$/i,
  /^(?:sk|pk|rk|gsk|hf|xai)[-_](?=.*\d)[\w-]{16,}$/,
  /^gh[pousr]_\w{20,}$/,
  /^AIza[\w-]{20,}$/,
  /^eyJ[\w-]{8,}\.[\w-]{8,}/,
  // A password in an address.
  /^[a-z][\w+.-]*:\/\/[^/?#@\s]*:[^/?#@\s]+@/i,
];

/** Whether a field of this name holds a credential. */
export function isCredentialName(name: string): boolean {
  return credentialName.test(name.replace(/[-_]/g, '').toLowerCase());
}

/** Whether a text looks like a credential: a bearer token, a key of a known form, an address with a password. */
export function isCredentialShaped(text: string): boolean {
  const trimmed = text.trim();
  return credentialShapes.some((shape) => shape.test(trimmed));
}

/** A text that is a credential by its name or form, and where it stands. */
export interface FoundCredential {
  readonly path: readonly PropertyKey[];
  readonly value: string;
}

/** How deep is looked, so that a circle ends. */
const deepest = 32;

/** The credentials in a value, in its order. */
export function credentialsIn(value: unknown, path: readonly PropertyKey[] = []): readonly FoundCredential[] {
  if (typeof value === 'string') {
    const name = path.findLast((key) => typeof key === 'string') ?? '';
    const isOne = value !== '' && (isCredentialName(String(name)) || isCredentialShaped(value));
    return isOne ? [{ path, value }] : [];
  }
  if (typeof value !== 'object' || value === null || path.length > deepest) return [];
  const entries: Iterable<[PropertyKey, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  return [...entries].flatMap(([key, entry]) => credentialsIn(entry, [...path, key]));
}
