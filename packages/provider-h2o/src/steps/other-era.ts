import { ChatError } from '@sluice/core';
import { reworded } from '../wire/refusal.ts';
import type { Call } from './call.ts';

/** The failure of a server that plainly is not of the configured era. `what` says by which sign. */
export function otherEra({ about: { provider, model } }: Call, what: string): ChatError {
  const message = `the server of ${provider} ${what}; set option era to auto`;
  return new ChatError('invalid-response', message, { provider, model, sent: 'no' });
}

/** A refusal without a reason: where the era was chosen by hand, that may be it. */
export function perhapsOtherEra({ memory }: Call, error: ChatError): ChatError {
  if (!memory.fixed) return error;
  const hint = 'servers of other eras answer so: check option era, or set it to auto';
  return reworded(error, error.code, `${error.message}; ${hint}`);
}
