import type { Secrets } from '@sluice/core';
import type { Session } from './session.ts';

/** What must not be repeated in the errors of a call: its cookies, also those that the server sets on the way, its keys, its texts. */
export function secretsOf(session: Session, prompts: readonly string[]): Secrets {
  return {
    get credentials() {
      return [...session.jar.values(), ...session.headers.flatMap(secretValues)];
    },
    prompts,
  };
}

function secretValues(headers: Session['headers'][number] = {}): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string' && /auth|cookie|key|token|secret/i.test(name) ? [value, ...partsOf(value)] : [],
  );
}

/** Shorter words of a header's value are names and schemes. */
const shortestPart = 8;

/** The token of `Bearer <token>`, the value of `name=value`: a server may repeat one of them alone. */
function partsOf(value: string): readonly string[] {
  return value.split(/[\s;,=]+/).filter((part) => part.length >= shortestPart);
}
