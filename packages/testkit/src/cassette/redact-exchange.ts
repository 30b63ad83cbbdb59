import { Buffer } from 'node:buffer';
import { redact } from '@sluice/core';
import { headerCredentials } from '@sluice/core/http';
import type { CassetteHeaders } from './cassette-format.ts';
import { basicLogin, credentialForms, shortestCredential } from './credential-forms.ts';
import { maskWords, placeholder } from './mask-words.ts';
import { createSpokenTexts } from './spoken-texts.ts';

/** What stands for a credential, as in core. */
export const redacted = '[redacted]';
const redactedInUrl = encodeURIComponent(redacted);

/** More words than those that core knows: a cassette is given away, an error is only printed. */
const secretName = /password|passwd|credential|signature|session|(?:^|[-_.])(?:sig|sid|jwt|pwd|pass)$/i;

/** Headers with such words in their names that hold none. Clients go by them: how long to wait stands in `x-ratelimit-reset-tokens`. */
const openName = /rate-?limit|^(?:www|proxy)-authenticate$|^access-control-/i;

/** User name and password of an address. */
const logins = /\/\/[^\s/@]{1,1024}@/g;

/** A parameter of an address, wherever one stands in a text: in `location`, in an error. */
const parameters = /([?&;]([\w.~%-]{1,128})=)([^\s&;#"'<>\\]+)/g;

/** Whose body it is. */
export type BodySource = 'request' | 'answer' | 'refusal';

/** What is taken out of an exchange before it is written, and out of a request before it is compared with a written one. */
export interface Redaction {
  /** Remembers the credentials of these headers and this address: they are taken out of everything from here on. */
  learn(headers: { readonly [name: string]: string | undefined }, url?: string): void;
  /** Whether what stands under this name is a credential. */
  isSecret(name: string): boolean;
  headers(headers: { readonly [name: string]: string | undefined }): CassetteHeaders;
  url(url: string): string;
  /** A text of ours. */
  text(text: string): string;
  /**
   * Bytes of a body, one character for each (latin1), so that nothing depends on how they are cut. Where words are replaced, a
   * refusal loses what it quotes of requests.
   */
  bytes(latin1: string, from: BodySource): string;
  /**
   * Words as placeholders of the same length, where that is wanted. A refusal (status 400 and above) keeps its own words, since
   * providers go by them.
   */
  masked(latin1: string, from: BodySource): string;
}

/** `masks`: words are replaced as well. */
export function createRedaction(credentials: readonly string[] = [], masks = false): Redaction {
  const known = new Set<string>();
  const knownBytes = new Set<string>();
  const prompts = createSpokenTexts();
  const know = (credential: string): void => {
    if (known.has(credential)) return;
    for (const form of credentialForms(credential)) {
      known.add(form);
      knownBytes.add(asLatin1(form));
    }
  };
  const knowLong = (credential: string): void => {
    if (credential.length >= shortestCredential) know(credential);
  };
  for (const credential of credentials) know(credential);
  const isSecret = (name: string): boolean =>
    !openName.test(name) && (secretName.test(name) || headerCredentials({ [name]: 'value' }).length > 0);
  const told = (text: string): string => {
    const bare = text
      .replace(logins, `//${redacted}@`)
      .replace(parameters, (whole, label: string, name: string, value: string) =>
        isSecret(name) && value !== redactedInUrl ? label + redacted : whole,
      );
    const open = redact(bare, { credentials: [...known] });
    return masks ? prompts.text(open) : open;
  };
  return {
    isSecret,
    learn(headers, address) {
      for (const [name, value = ''] of Object.entries(headers)) {
        const lower = name.toLowerCase();
        if (lower === 'set-cookie') value.split('\n').map(cookieValue).forEach(knowLong);
        else if (isSecret(lower)) {
          for (const credential of headerCredentials({ authorization: value })) know(credential);
          basicLogin(value).forEach(knowLong);
        }
      }
      for (const [name, value] of URL.parse(address ?? '')?.searchParams ?? []) {
        if (isSecret(name)) knowLong(value);
      }
    },
    headers(headers) {
      const entries = Object.entries(headers).flatMap(([name, value]) => {
        if (value === undefined) return [];
        const lower = name.toLowerCase();
        if (lower === 'set-cookie') return [[lower, value.split('\n').map(withoutValue).join('\n')]];
        return [[lower, isSecret(lower) ? redacted : told(value)]];
      });
      return Object.fromEntries(entries) as CassetteHeaders;
    },
    url(address) {
      const url = URL.parse(address);
      if (!url) return told(address);
      if (url.username !== '' || url.password !== '') url.username = url.password = '';
      for (const [name, value] of [...url.searchParams]) {
        if (isSecret(name)) url.searchParams.set(name, redacted);
        else if (masks && /\s/.test(value)) url.searchParams.set(name, placeholder(value));
      }
      return told(url.href);
    },
    text: told,
    bytes(latin1, from) {
      const open = redact(latin1, { credentials: [...knownBytes] });
      return masks && from === 'refusal' ? prompts.refusal(open) : open;
    },
    masked(latin1, from) {
      if (!masks || from === 'refusal') return latin1;
      return maskWords(latin1, (said) => {
        if (from === 'request') prompts.add(said);
      });
    },
  };
}

/** The characters of a text's UTF-8, one for each byte. */
function asLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A cookie keeps its name and its attributes: clients go by them. */
function withoutValue(line: string): string {
  return line.replace(/^([^=;]*=)[^;]*/, `$1${redacted}`);
}

function cookieValue(line: string): string {
  return /^[^=;]*=([^;]*)/.exec(line)?.[1]?.trim() ?? '';
}
