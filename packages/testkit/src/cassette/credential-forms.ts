import { Buffer } from 'node:buffer';

/** Shorter values are settings and not credentials; they would stand anywhere in a text. */
export const shortestCredential = 8;

/**
 * A credential as others write it: as it is, percent-encoded, in JSON (also with `\/`), and in Base64, of which only so much is
 * sought as does not depend on what follows.
 */
export function credentialForms(credential: string): readonly string[] {
  if (credential.length < shortestCredential) return [credential];
  const json = JSON.stringify(credential).slice(1, -1);
  const whole = Buffer.from(credential, 'utf8');
  const base64 = whole.subarray(0, whole.length - (whole.length % 3));
  return [
    ...new Set([
      credential,
      encodeURIComponent(credential.toWellFormed()),
      json,
      json.replaceAll('/', '\\/'),
      base64.toString('base64'),
      base64.toString('base64url'),
    ]),
  ];
}

/** User and password of `Basic …`: a server repeats them as it read them. */
export function basicLogin(header: string): readonly string[] {
  const login = /^basic\s+([\w+/=-]+)$/i.exec(header.trim())?.[1];
  if (login === undefined) return [];
  const text = Buffer.from(login, 'base64').toString('utf8');
  return [text, text.slice(text.indexOf(':') + 1)];
}
