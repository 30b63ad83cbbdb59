import type { Server } from 'node:http';
import Fastify, { type FastifyBaseLogger, type FastifyHttpOptions } from 'fastify';
import { errorForLog } from './error-for-log.ts';

/** Where log lines go: nowhere, stdout, a stream, or a logger of the caller's own. */
export type GatewayLogger =
  | boolean
  | {
      /** Default `info`. */
      readonly level?: string;
      /** Default stdout. */
      readonly stream?: { write(line: string): void };
    }
  | { readonly instance: FastifyBaseLogger };

/** Whatever is logged by these names is not shown, in the places where it could stand. Wildcards would cost more than the line. */
const secretPlaces = ['', 'headers.', 'req.headers.', 'request.', 'err.', 'options.', 'config.'];
const secretNames = ['authorization', 'cookie', 'apiKey', 'api_key', 'proxy', 'messages', 'prompt', 'body'];

/** Fastify's logging options: pino with redaction, and our own access line instead of Fastify's two. */
export function loggerOptions(
  logger: GatewayLogger = false,
): Pick<FastifyHttpOptions<Server>, 'logger' | 'loggerInstance' | 'logController'> {
  const base = { logController: new Fastify.LogController({ disableRequestLogging: true }) };
  if (logger === false) return { ...base, logger: false };
  if (logger !== true && 'instance' in logger) return { ...base, loggerInstance: logger.instance };
  const { level = 'info', stream } = logger === true ? {} : logger;
  return {
    ...base,
    logger: {
      level,
      ...(stream === undefined ? {} : { stream }),
      redact: {
        paths: secretPlaces.flatMap((place) => secretNames.map((name) => `${place}${name}`)),
        censor: '[redacted]',
      },
      // Requests and replies are in the access line; their headers and addresses belong in no log.
      serializers: {
        req: () => ({}),
        res: () => ({}),
        err: (error: Error) => ({ stack: '', message: '', ...errorForLog(error) }),
      },
    },
  };
}
