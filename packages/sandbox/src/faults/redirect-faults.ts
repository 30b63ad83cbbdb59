import type { Exchange } from '../exchange.ts';
import { sendBody } from '../reply.ts';
import type { FaultName } from './catalogue.ts';
import type { FaultBehaviour } from './fault-behaviour.ts';

function redirect(exchange: Exchange, status: number, location: string): Promise<void> {
  return sendBody(exchange, { status, headers: { location } }, '');
}

function away(status: number): FaultBehaviour {
  return {
    takeOver: (exchange, fault) =>
      redirect(exchange, status, fault.text('to') || `${exchange.elsewhere}${exchange.path}`),
  };
}

/** Redirects that must not be followed blindly. */
export const REDIRECT_FAULTS: Readonly<Record<Extract<FaultName, `redirect-${string}`>, FaultBehaviour>> = {
  'redirect-302': away(302),
  'redirect-307': away(307),
  'redirect-loop': {
    takeOver: (exchange) => redirect(exchange, 307, `${exchange.prefix}${exchange.path}`),
  },
  'redirect-inward': { takeOver: (exchange, fault) => redirect(exchange, 302, fault.text('to')) },
};
