import type { Exchange } from '../exchange.ts';
import { aborted, pause } from '../pace.ts';
import { resetConnection } from '../reply.ts';
import type { FaultName } from './catalogue.ts';
import type { FaultBehaviour } from './fault-behaviour.ts';

const SLOW_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-slow: ';

/** Bytes that no HTTP parser takes, with line ends and a colon so that a lenient one may be tempted. */
const GARBAGE = Buffer.from(
  '\u0016\u0003\u0001 this is not HTTP: at all\r\n\r\n\u0000\u00ff\u0007',
  'latin1',
);

const HEADER_BYTES = 4096;

/** Writes to the socket itself: below HTTP there is no response to write to. */
async function sendSlowly(exchange: Exchange, everyMs: number): Promise<void> {
  const { socket } = exchange.response;
  for (let index = 0; !exchange.signal.aborted; index += 1) {
    socket?.write(SLOW_HEAD[index] ?? 'a');
    await pause(everyMs, exchange.signal);
  }
}

/** Faults below or before the answer. */
export const CONNECTION_FAULTS: Readonly<
  Record<
    Extract<FaultName, 'never-answer' | 'reset-before-headers' | 'slow-headers' | 'huge-headers' | 'garbage'>,
    FaultBehaviour
  >
> = {
  'never-answer': { takeOver: (exchange) => aborted(exchange.signal) },
  'reset-before-headers': {
    takeOver: async (exchange) => resetConnection(exchange),
  },
  'slow-headers': { takeOver: (exchange, fault) => sendSlowly(exchange, fault.number('everyMs')) },
  'huge-headers': {
    head: (head, fault) => {
      const count = Math.ceil(fault.number('bytes') / HEADER_BYTES);
      const padding = Array.from({ length: count }, (_, index) => [
        `x-padding-${index}`,
        'p'.repeat(HEADER_BYTES),
      ]);
      return { ...head, headers: { ...Object.fromEntries(padding), ...head.headers } };
    },
  },
  garbage: {
    takeOver: async (exchange) => {
      exchange.markCut();
      exchange.response.socket?.end(GARBAGE);
    },
  },
};
