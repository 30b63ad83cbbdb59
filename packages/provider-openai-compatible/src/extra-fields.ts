import { ChatError } from '@sluice/core';
import { requestFields } from './request-fields.ts';

/** Fields of the wire that the request knows under a name of its own, by their wire name and by ours. */
const ownNames: ReadonlyMap<string, string> = new Map(
  requestFields.flatMap(({ name, from }) =>
    from === undefined
      ? []
      : [[name, from] as const, ...(from.startsWith('options.') ? [] : [[from, from] as const])],
  ),
);

/**
 * Checks fields that go into the body as they are. Anything goes that the server may know (`n`, `logprobs`, vLLM's
 * `guided_json`), except what the request has a field of its own for: two values for one thing would be a riddle.
 * Throws `invalid-request` that names the field to use.
 *
 * @param path where the fields stand, for the message: `providerOptions.local`
 */
export function checkExtraFields(
  extra: { readonly [name: string]: unknown },
  path: string,
  provider: string,
): void {
  for (const name of Object.keys(extra)) {
    const own = ownNames.get(name);
    if (own !== undefined) {
      const where = own.startsWith('options.')
        ? `the call option ${own.slice('options.'.length)}`
        : `the request's own field ${own}`;
      throw new ChatError('invalid-request', `${path}.${name} must not be set: use ${where}`, { provider });
    }
    // JSON.parse makes it an own property; further on, somebody's merge would make it a prototype.
    if (name === '__proto__') {
      throw new ChatError('invalid-request', `${path}.__proto__ is no field of a request`, { provider });
    }
  }
}
