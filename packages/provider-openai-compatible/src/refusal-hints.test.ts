import { expect, test } from 'vitest';
import { refusalWithHint } from './refusal-hints.ts';

function refusal(body: string, status = 400) {
  return refusalWithHint({ provider: 'local', status, headers: {}, body, nowMs: 0 });
}

test.each([
  [
    '{"detail":[{"loc":["body","stream_options"],"msg":"extra fields not permitted"}]}',
    'set includeUsage: false',
  ],
  [
    `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}`,
    "set maxTokensField: 'max_completion_tokens'",
  ],
  ['{"error":{"message":"Unknown field max_completion_tokens"}}', "set maxTokensField: 'max_tokens'"],
  [`{"error":"'response_format.type' must be 'json_schema' or 'text'"}`, "set jsonObject: 'json_schema'"],
])('%s is answered with the option to change', (body, hint) => {
  const error = refusal(body, 422);
  expect(error).toMatchObject({ code: 'invalid-request', status: 422, sent: 'no', provider: 'local' });
  expect(error?.message).toMatch(new RegExp(`^local answered 422: .+; ${hint}$`, 's'));
});

test('other failures are left to the common reading', () => {
  expect(refusal('{"error":{"message":"temperature is too high"}}')).toBeUndefined();
  expect(refusal('stream_options', 500)).toBeUndefined();
});
