import type { Exchange } from '../exchange.ts';
import { sendBody } from '../reply.ts';
import type { FaultName } from './catalogue.ts';
import type { AppliedFault, FaultBehaviour } from './fault-behaviour.ts';

/** The names of the faults that are a status. */
type StatusFaultName = Extract<FaultName, `status-${number}`>;

interface Body {
  readonly type: string | undefined;
  readonly text: string;
}

/** What a proxy or a gateway puts in front of a server that has failed. */
function page(status: number): string {
  return `<!DOCTYPE html>\n<html>\n<head><title>${status}</title></head>\n<body>\n<center><h1>${status}</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n`;
}

const BODIES: Readonly<
  Record<string, (status: number, fault: AppliedFault, errorBody: (status: number) => unknown) => Body>
> = {
  json: (status, _fault, errorBody) => ({
    type: 'application/json',
    text: JSON.stringify(errorBody(status)),
  }),
  html: (status) => ({ type: 'text/html', text: page(status) }),
  empty: () => ({ type: undefined, text: '' }),
  huge: (_status, fault) => ({
    type: 'application/json',
    text: JSON.stringify({ message: 'x'.repeat(fault.number('bodyBytes')) }),
  }),
};

/** Far beyond any deadline, and beyond 32 bits of milliseconds. */
const ABSURD_SECONDS = '99999999999';

/** The forms in which servers say how long to wait. */
const RETRY_AFTER: Readonly<Record<string, (waitMs: number) => Readonly<Record<string, string>>>> = {
  seconds: (waitMs) => ({ 'retry-after': String(Math.ceil(waitMs / 1000)) }),
  date: (waitMs) => ({ 'retry-after': new Date(Date.now() + waitMs).toUTCString() }),
  ms: (waitMs) => ({ 'retry-after-ms': String(waitMs) }),
  reset: (waitMs) => ({
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': `${waitMs / 1000}s`,
  }),
  absurd: () => ({ 'retry-after': ABSURD_SECONDS }),
};

function answer(
  status: number,
  exchange: Exchange,
  fault: AppliedFault,
  errorBody: (status: number) => unknown,
): Promise<void> {
  const make = BODIES[fault.text('body')] ?? BODIES.json;
  const { type, text } = make?.(status, fault, errorBody) ?? { type: undefined, text: '' };
  const wait = RETRY_AFTER[fault.text('retryAfter')]?.(fault.number('retryAfterMs')) ?? {};
  const headers = { ...(type !== undefined && { 'content-type': type }), ...wait };
  return sendBody(exchange, { status, headers }, text);
}

function withStatus(status: number): FaultBehaviour {
  return { takeOver: (exchange, fault, errorBody) => answer(status, exchange, fault, errorBody) };
}

/** Answers with a status, instead of the service. */
export const STATUS_FAULTS: Readonly<Record<StatusFaultName, FaultBehaviour>> = {
  'status-400': withStatus(400),
  'status-401': withStatus(401),
  'status-402': withStatus(402),
  'status-403': withStatus(403),
  'status-404': withStatus(404),
  'status-408': withStatus(408),
  'status-409': withStatus(409),
  'status-413': withStatus(413),
  'status-422': withStatus(422),
  'status-429': withStatus(429),
  'status-500': withStatus(500),
  'status-502': withStatus(502),
  'status-503': withStatus(503),
  'status-504': withStatus(504),
  'status-529': withStatus(529),
};
