import type { Exchange } from '../exchange.ts';
import type { Random } from '../random.ts';
import type { Era } from './eras.ts';
import type { SessionSettings } from './views.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The sessions of one server: a cookie is a session, whoever invented its value. */
export interface Sessions {
  /** The session of a request; a new one without a cookie. */
  of(exchange: Exchange): string;
  settings(session: string): SessionSettings | undefined;
  change(session: string, changes: Partial<SessionSettings>): void;
  /** The `Set-Cookie` header that this answer gets, if any. */
  cookieHeader(exchange: Exchange, session: string): Readonly<Record<string, string>>;
  clear(): void;
}

function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at >= 0 && pair.slice(0, at).trim() === name) {
      const value = pair.slice(at + 1).trim();
      try {
        return decodeURIComponent(value);
      } catch {
        return value;
      }
    }
  }
  return undefined;
}

/** Creates the {@link Sessions} of a server. */
export function createSessions(era: Era, cookieName: string, random: Random): Sessions {
  const known = new Map<string, SessionSettings>();
  return {
    of: (exchange) => cookieValue(exchange.headers.cookie, cookieName) || random.uuid(),
    settings: (session) => known.get(session),
    change: (session, changes) => {
      const settings = known.get(session) ?? { modalAcceptedAt: undefined, activeModel: undefined };
      known.set(session, { ...settings, ...changes });
    },
    cookieHeader: (exchange, session) => {
      if (era.cookieOn === 'post' && exchange.method !== 'POST') return {};
      const expires = new Date(Date.now() + era.cookieDays * DAY_MS).toUTCString();
      const value = encodeURIComponent(session);
      return {
        'set-cookie': `${cookieName}=${value}; Path=/; Expires=${expires}; HttpOnly; Secure; SameSite=None`,
      };
    },
    clear: () => known.clear(),
  };
}
