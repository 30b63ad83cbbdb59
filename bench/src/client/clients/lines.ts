/**
 * The text of a body, split at line feeds by hand: as short as it can be written, so without limits, without line ends other
 * than LF, and without a look at what is no line.
 */
export async function eachLine(
  body: AsyncIterable<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n', start)) {
      onLine(rest.slice(start, at));
      start = at + 1;
    }
    rest = rest.slice(start);
  }
}
