import type { RequestRecord } from '../chat/request-record.ts';

/** The most attempts that a line tells. */
const mostAttempts = 8;

/** The most warnings: their fields have the names that the caller gave them. */
const mostWarnings = 16;

/** What the log says of a request, once, when it is over: how it ended in truth, not how it was meant to. No prompt, no key, no address. */
export function accessLine(
  record: RequestRecord,
  status: number,
  totalMs: number,
  bytesWritten: number,
): object {
  const { id, key, method, endpoint, model, stream, route, firstTokenMs, usage, warnings, code, ending } =
    record;
  return {
    requestId: id,
    ...(key === undefined ? {} : { key }),
    method,
    endpoint,
    status,
    ending: ending ?? 'answered',
    ...(code === undefined ? {} : { code }),
    ...(model === undefined ? {} : { model: model.slice(0, 256) }),
    ...(stream === undefined ? {} : { stream }),
    ...(route?.target === undefined ? {} : { target: route.target }),
    ...(route === undefined || route.attempts.length === 0
      ? {}
      : {
          attempts: route.attempts
            .slice(0, mostAttempts)
            .map(({ target, outcome, durationMs }) => ({ target, outcome, durationMs })),
        }),
    ...(firstTokenMs === undefined ? {} : { firstTokenMs: Math.round(firstTokenMs) }),
    totalMs: Math.round(totalMs),
    ...(usage?.inputTokens === undefined ? {} : { inputTokens: usage.inputTokens }),
    ...(usage?.outputTokens === undefined ? {} : { outputTokens: usage.outputTokens }),
    ...(warnings.length === 0
      ? {}
      : { warnings: warnings.slice(0, mostWarnings).map(({ code: what, feature }) => feature ?? what) }),
    bytesWritten,
  };
}
