/** What the AI SDK adds to `user-agent` itself, where its user has given none. */
const ownUserAgent = /^ai\/\S+$/;

/**
 * The headers of a call. The name of the AI SDK alone is not sent: a provider may need the `user-agent` that it has.
 * Nothing where none are left.
 */
export function callHeaders(
  ...given: readonly ({ readonly [name: string]: string | undefined } | undefined)[]
): { readonly [name: string]: string } | undefined {
  const headers: { [name: string]: string } = {};
  for (const [name, value] of given.flatMap((each) => Object.entries(each ?? {}))) {
    const lower = name.toLowerCase();
    if (value === undefined || (lower === 'user-agent' && ownUserAgent.test(value))) continue;
    headers[lower] = value;
  }
  return Object.keys(headers).length > 0 ? headers : undefined;
}
