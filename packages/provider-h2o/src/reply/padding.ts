/** What a token is filled up with. */
export const padding = '\0';

/** From 2024-05-23 a token is filled up with NUL to 16 units, so that packet sizes don't give the words away. */
export function withoutPadding(token: string): string {
  let end = token.length;
  while (end > 0 && token.charCodeAt(end - 1) === 0) end -= 1;
  return end === token.length ? token : token.slice(0, end);
}
