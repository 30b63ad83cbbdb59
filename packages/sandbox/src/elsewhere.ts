import { sendJson } from './reply.ts';
import type { Service } from './service.ts';

/** The foreign origin: answers anything with 200, so that the log shows what a redirect carried there. */
export function createElsewhere(): Service {
  return {
    name: 'elsewhere',
    phaseOf: () => 'other',
    errorBody: (status) => ({ error: `status ${status}` }),
    handle: (exchange) => sendJson(exchange, 200, { elsewhere: true }),
  };
}
