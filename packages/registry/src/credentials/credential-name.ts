import { createHash } from 'node:crypto';

/** What a key is called wherever it is spoken of. The key itself is not in it. */
export interface CredentialName {
  /** The same in every process that has the same key: what cooldowns are kept under. */
  readonly id: string;
  /** For people. */
  readonly label: string;
}

/**
 * Names a key: by the name that its owner gave it (of an environment variable, say), else by the end of its SHA-256, which
 * tells keys apart and gives none away.
 *
 * @example
 * credentialName('ylokh', process.env.YLOKH_KEY_2, 'YLOKH_KEY_2'); // { id: 'ylokh/YLOKH_KEY_2', label: 'YLOKH_KEY_2' }
 */
export function credentialName(provider: string, key: string, name?: string): CredentialName {
  if (name !== undefined) return { id: `${provider}/${name}`, label: name };
  const digest = createHash('sha256').update(key).digest('hex');
  return { id: `${provider}/#${digest.slice(-12)}`, label: `#${digest.slice(-4)}` };
}
