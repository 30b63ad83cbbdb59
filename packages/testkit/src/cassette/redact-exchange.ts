import { Buffer } from 'node:buffer';
import { redact } from '@sluice/core';
import { headerCredentials } from '@sluice/core/http';
import type { CassetteHeaders } from './cassette-format.ts';
import { maskWords } from './mask-words.ts';

const redacted = '[redacted]';

/** More words than those that core knows: a cassette is given away, an error is only printed. */
const secretName = /password|passwd|credential|signature|session/i;

/** User name and password of an address. */
const logins = /\/\/[^\s/@]{1,1024}@/g;

/** Shorter values of cookies are settings, not sessions; they would stand anywhere in a text. */
const shortestCookie = 8;

/** What is taken out of an exchange before it is written, and out of a request before it is compared with a written one. */
export interface Redaction {
  /** Remembers the credentials of these headers: they are taken out of everything from here on. */
  learn(headers: { readonly [name: string]: string | undefined }): void;
  headers(headers: { readonly [name: string]: string | undefined }): CassetteHeaders;
  url(url: string): string;
  /** A text of ours. */
  text(text: string): string;
  /** Bytes of a body, one character for each (latin1), so that nothing depends on how they are cut. */
  bytes(latin1: string): string;
  /**
   * Words as placeholders of the same length, where that is wanted. A refusal (status 400 and above) keeps its own words, since
   * providers go by them, and loses in `bytes` what it quotes of a request.
   */
  masked(latin1: string, from: 'request' | 'answer' | 'refusal'): string;
}

/** How many texts of requests are remembered, the newest. */
const mostPrompts = 64;

/** `masks`: words are replaced as well. */
export function createRedaction(credentials: readonly string[] = [], masks = false): Redaction {
  const known = new Set(credentials);
  const prompts = new Set<string>();
  const told = (text: string): string =>
    redact(text.replace(logins, `//${redacted}@`), { credentials: [...known] });
  const isSecret = (name: string): boolean =>
    secretName.test(name) || headerCredentials({ [name]: 'value' }).length > 0;
  return {
    learn(headers) {
      for (const [name, value = ''] of Object.entries(headers)) {
        if (name.toLowerCase() === 'set-cookie') {
          for (const cookie of value.split('\n').map(cookieValue)) {
            if (cookie.length >= shortestCookie) known.add(cookie);
          }
        } else for (const credential of headerCredentials({ [name]: value })) known.add(credential);
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
      for (const name of new Set(url.searchParams.keys())) {
        if (isSecret(name)) url.searchParams.set(name, redacted);
      }
      return told(url.href);
    },
    text: told,
    bytes: (latin1) => redact(latin1, { credentials: [...known].map(asLatin1), prompts: [...prompts] }),
    masked(latin1, from) {
      if (!masks || from === 'refusal') return latin1;
      return maskWords(latin1, (said) => {
        if (from !== 'request') return;
        prompts.add(said);
        if (prompts.size > mostPrompts) prompts.delete(prompts.values().next().value ?? '');
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
