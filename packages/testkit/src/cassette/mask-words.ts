/** Strings under these names are kept: they are the protocol's own words, not somebody's. */
const structuralKeys: ReadonlySet<string> = new Set([
  ...['id', 'object', 'type', 'subtype', 'event', 'status', 'code', 'param', 'model', 'role', 'from'],
  ...['finish_reason', 'finishReason', 'reason', 'conversationId', 'messageId', 'parentId', 'response_id'],
  ...['system_fingerprint', 'owned_by', 'updateType', 'messageType'],
]);

/** Strings under these names are what is said, whatever they look like. */
const textKeys: ReadonlySet<string> = new Set([
  ...['content', 'text', 'token', 'data', 'inputs', 'prompt', 'question', 'reasoning', 'reasoning_content'],
  ...['message', 'title', 'generated_text', 'arguments', 'input', 'output', 'delta', 'thinking'],
]);

/** Words with a meaning in some protocol, kept where they cannot be a part of what is said. */
const protocolWords: ReadonlySet<string> = new Set([
  ...['system', 'developer', 'user', 'assistant', 'tool', 'function', 'data', 'json', 'redirect', 'skip'],
  ...['stop', 'length', 'tool_calls', 'content_filter', 'end', 'error', 'failure', 'success'],
]);

/** Words that stand outside of strings: of JSON, event streams, forms of several parts and pages. */
const bareWords: ReadonlySet<string> = new Set([
  ...[
    'true',
    'false',
    'null',
    'data',
    'event',
    'id',
    'retry',
    'DONE',
    'message',
    'ping',
    'error',
    'done',
    'end',
  ],
  ...['Content', 'Disposition', 'form', 'name', 'DOCTYPE', 'doctype', 'html', 'head', 'body'],
]);

const identifier = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24,64})$/i;

/** A string of JSON with what follows it, or a word outside of one, or a bracket. An open string is one that the end has cut. */
const tokens = /"((?:[^"\\\n]|\\.)*)("?)(\s*:)?|[A-Za-z\x80-\xff][A-Za-z0-9_\x80-\xff]*|[{}[\]]/g;

/** Deeper than any protocol is. Below that, everything is taken for speech. */
const deepest = 64;

/**
 * Replaces what people and models say by placeholders, and keeps what a protocol needs: names, ids, types, roles, numbers,
 * punctuation and white space. One character stands for a byte (latin1), and every byte stays a byte, so that the pieces
 * in which a text came can be cut at the same places. What is not known to be the protocol's is taken for speech, and told to `onSaid`.
 */
export function maskWords(latin1: string, onSaid: (said: string) => void = () => {}): string {
  let key = '';
  /** The names under which the objects and lists stand that are open. */
  const outer: string[] = [];
  return latin1.replace(
    tokens,
    (whole, said: string | undefined, closing = '', colon: string | undefined) => {
      if (whole === '{' || whole === '[') {
        if (outer.length < deepest) outer.push(key);
        return whole;
      }
      if (whole === '}' || whole === ']') {
        key = outer.pop() ?? '';
        return whole;
      }
      if (said === undefined) return bareWords.has(whole) ? whole : placeholder(whole);
      if (colon !== undefined) {
        key = said;
        return whole;
      }
      if (isOfTheProtocol(key, said)) return whole;
      onSaid(unescaped(said));
      return `"${placeholder(said)}${closing}`;
    },
  );
}

function isOfTheProtocol(key: string, said: string): boolean {
  // Names of models may have blanks in them, other words of a protocol have none: what has is somebody's.
  if (structuralKeys.has(key)) return key === 'model' || !/\s/.test(said);
  if (identifier.test(said)) return key === 'data' || !textKeys.has(key);
  return !textKeys.has(key) && protocolWords.has(said);
}

function unescaped(json: string): string {
  try {
    return JSON.parse(`"${json}"`) as string;
  } catch {
    return json;
  }
}

/** White space and its escapes stay, so that the shape of a text can be seen. */
export function placeholder(text: string): string {
  return text.replace(/\\[nrt]|\\u[0-9a-fA-F]{4}|\\.|[^\s\\]/g, (part) =>
    /^\\[nrt]$/.test(part) ? part : 'x'.repeat(part.length),
  );
}
