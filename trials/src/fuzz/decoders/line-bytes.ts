import { Buffer } from 'node:buffer';
import fc from 'fast-check';

const fragment = fc.oneof(
  fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\uFEFF', '\0', ' ', ':', 'data:', 'data: ', 'event: ', 'id: '),
  fc.constantFrom('{"a":1}', '[1,2]', '"é🙂"', 'null', '{', '}', ': ping', 'retry: 5', 'data', 'error: x'),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.json({ maxDepth: 2 }),
);

/** Bytes that look like lines of some protocol, and bytes that look like nothing. */
export const lineBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fragment, { maxLength: 24 }).map((parts) => Buffer.from(parts.join(''))) },
  fc
    .array(
      fc.oneof(
        fragment.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 4 }),
      ),
      { maxLength: 24 },
    )
    .map((parts) => Buffer.concat(parts)),
);
