import type { Secrets } from '@sluice/core';
import { headerCredentials } from '@sluice/core/http';
import type { Session } from './session.ts';

/** What must not be repeated in the errors of a call: its cookies, also those that the server sets on the way, its keys, its texts. */
export function secretsOf(session: Session, prompts: readonly string[]): Secrets {
  return {
    get credentials() {
      return [...session.jar.values(), ...session.headers.flatMap((headers) => headerCredentials(headers))];
    },
    prompts,
  };
}
