import type { ChangeSignal } from './change-signal.ts';
import { createChangeSignal } from './change-signal.ts';
import type { ChatUiConversation } from './chat-ui/conversation.ts';
import { ERA_NAMES, type EraName } from './chat-ui/eras.ts';
import type { ChatUiOptions } from './chat-ui/options.ts';
import { createChatUiService } from './chat-ui/service.ts';
import { createElsewhere } from './elsewhere.ts';
import { type ActiveFaults, createActiveFaults, type FaultTarget } from './faults/active-faults.ts';
import type { FaultName } from './faults/catalogue.ts';
import type { FaultRequest } from './faults/fault-request.ts';
import { createFlowGptService, type FlowGptOptions } from './flowgpt/service.ts';
import { createFront } from './front.ts';
import { type Listener, listen } from './listener.ts';
import { createOpenAIService, type OpenAIServiceOptions } from './openai/service.ts';
import { createRequestHandler, type ExchangeLogEntry, type StreamCount } from './request-handler.ts';
import { createRequestLog, type ReceivedRequest, type RequestLog } from './request-log.ts';
import { type Phase, SERVICE_NAMES, type Service, type ServiceName } from './service.ts';
import type { AnswerOptions } from './speech.ts';
import { waitUntil } from './wait-until.ts';

/** Options of {@link createSandbox}. */
export interface SandboxOptions extends AnswerOptions {
  /** Port of the front, which lists the services and mounts each under its name. Default 0: any free port. */
  readonly port?: number;
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** The key that the OpenAI-compatible services ask for. Default: none is needed. */
  readonly apiKey?: string;
  /** A fault for the generating requests of every service, from the start. */
  readonly fault?: FaultName | FaultRequest;
  /** Settings of single services. */
  readonly services?: {
    /** `openai`, and for what they do not set themselves, the dialects and `ylokh`. */
    readonly openai?: OpenAIServiceOptions;
    readonly ylokh?: OpenAIServiceOptions;
    readonly flowgpt?: FlowGptOptions;
    /** The chat-ui servers of all eras. */
    readonly h2o?: ChatUiOptions;
  };
  /** The chat-ui era behind `urls.h2o`. Default `a`, the one that the H2O service had. */
  readonly h2oEra?: EraName;
  /** How many of the newest requests are kept. Default 10,000. */
  readonly keepRequests?: number;
  /** Largest request body that is read, in bytes. Default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** Told of each exchange when it is over. Never of prompts or credentials. */
  readonly logger?: (entry: ExchangeLogEntry) => void;
}

/** Base URLs, as a provider takes them as `baseURL`. */
export interface SandboxUrls {
  /** OpenAI-compatible, with `/v1`. */
  readonly openai: string;
  readonly vllm: string;
  readonly ollama: string;
  readonly llamacpp: string;
  readonly lmstudio: string;
  /** Without `/v1`: Ylokh's path is `/v1/chat/completions` below it. */
  readonly ylokh: string;
  readonly flowgpt: string;
  /** A chat-ui server of the era `h2oEra`. */
  readonly h2o: string;
  readonly h2oByEra: Readonly<Record<EraName, string>>;
  /** The foreign origin: it takes any request and logs it. */
  readonly elsewhere: string;
}

/** Which requests are meant. What is left out matches all. */
export interface RequestMatch {
  readonly service?: ServiceName;
  readonly phase?: Phase;
  readonly method?: string;
  /** Path below the service's origin, exactly. */
  readonly path?: string;
}

/** A running sandbox. */
export interface Sandbox extends AsyncDisposable {
  /** Origin of the front. */
  readonly url: string;
  /** Port of the front. */
  readonly port: number;
  readonly urls: SandboxUrls;
  /** What was received, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** The chat-ui conversations that exist now, in all eras. */
  readonly conversations: readonly ChatUiConversation[];
  /** Answers that chat-ui servers are generating now, also those whose client or conversation is gone. */
  readonly activeGenerations: number;
  /** Open client connections. */
  readonly openSockets: number;
  /** Exchanges that are not over. */
  readonly openStreams: number;
  /** Changes how answers are made from now on. */
  configure(changes: AnswerOptions): void;
  /**
   * Switches a fault on.
   * @throws {RangeError} When the fault or a parameter is unknown.
   * @example sandbox.setFault({ service: 'h2o', phase: 'delete' }, { name: 'status-500', times: 1 })
   */
  setFault(target: FaultTarget, fault: FaultName | FaultRequest): void;
  /** Switches all faults off, or those of one target. */
  clearFaults(target?: FaultTarget): void;
  /** The requests that match, oldest first. */
  requestsTo(match: RequestMatch): readonly ReceivedRequest[];
  /** Resolves with the `count`-th request that matches (default the first), at once when it is there. */
  waitForRequest(match?: RequestMatch, count?: number): Promise<ReceivedRequest>;
  /** Resolves when no exchange is open. */
  waitForIdle(): Promise<void>;
  /**
   * Resolves when the condition holds; it is looked at after each change, without polling.
   * Rejects when the sandbox closes or the time is over (default 5000 ms).
   * @example await sandbox.waitUntil(() => sandbox.conversations.length === 0)
   */
  waitUntil(condition: () => boolean, timeoutMs?: number): Promise<void>;
  /** Forgets received requests, conversations, sessions and faults. */
  reset(): void;
  /** Ends every connection at once and stops listening. */
  close(): Promise<void>;
}

interface Parts {
  readonly options: SandboxOptions;
  readonly changes: ChangeSignal;
  readonly log: RequestLog;
  readonly faults: ActiveFaults;
  readonly closing: AbortController;
}

const DIALECT_SERVICES = ['openai', 'vllm', 'ollama', 'llamacpp', 'lmstudio'] as const;

function createServices({ options, changes, closing }: Parts): {
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly chatUi: readonly ReturnType<typeof createChatUiService>[];
  readonly flowgpt: ReturnType<typeof createFlowGptService>;
} {
  const { services: settings = {}, apiKey } = options;
  const shared: OpenAIServiceOptions = { ...(apiKey !== undefined && { apiKey }), ...settings.openai };
  const openAI = DIALECT_SERVICES.map((dialect) => createOpenAIService(dialect, { dialect, ...shared }));
  const chatUi = ERA_NAMES.map((era) =>
    createChatUiService(era, settings.h2o ?? {}, changes, closing.signal),
  );
  const flowgpt = createFlowGptService(settings.flowgpt ?? {});
  const ylokh = createOpenAIService('ylokh', { dialect: 'openai', ...settings.ylokh });
  const all: readonly Service[] = [...openAI, ylokh, flowgpt, ...chatUi, createElsewhere()];
  const services = Object.fromEntries(all.map((service) => [service.name, service]));
  return { services: services as Readonly<Record<ServiceName, Service>>, chatUi, flowgpt };
}

function createUrls(listeners: ReadonlyMap<ServiceName, Listener>, h2oEra: EraName): SandboxUrls {
  const at = (name: ServiceName): string => listeners.get(name)?.origin ?? '';
  return {
    openai: `${at('openai')}/v1`,
    vllm: `${at('vllm')}/v1`,
    ollama: `${at('ollama')}/v1`,
    llamacpp: `${at('llamacpp')}/v1`,
    lmstudio: `${at('lmstudio')}/v1`,
    ylokh: at('ylokh'),
    flowgpt: at('flowgpt'),
    h2o: at(`h2o-${h2oEra}`),
    h2oByEra: {
      a: at('h2o-a'),
      b: at('h2o-b'),
      c: at('h2o-c'),
      d: at('h2o-d'),
      e: at('h2o-e'),
    },
    elsewhere: at('elsewhere'),
  };
}

function matches(request: ReceivedRequest, match: RequestMatch): boolean {
  return (
    (match.service === undefined || match.service === request.service) &&
    (match.phase === undefined || match.phase === request.phase) &&
    (match.method === undefined || match.method === request.method) &&
    (match.path === undefined || match.path === request.path)
  );
}

/**
 * Starts the upstream servers: each service on a port of its own, and a front that lists them and mounts
 * each under its name. Takes a few milliseconds.
 * @throws When the port or the address cannot be listened on, or the `fault` option is unknown.
 * @example
 * await using sandbox = await createSandbox({ tokensPerSecond: 50 });
 * const provider = createOpenAICompatible({ id: 'local', baseURL: sandbox.urls.openai });
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const changes = createChangeSignal();
  const log = createRequestLog(options.keepRequests ?? 10_000, changes);
  const faults = createActiveFaults();
  const closing = new AbortController();
  if (options.fault !== undefined) faults.set('*', options.fault);
  const { services, chatUi, flowgpt } = createServices({ options, changes, log, faults, closing });

  let answer: AnswerOptions = options;
  const streams: StreamCount = { open: 0 };
  const listeners = new Map<ServiceName, Listener>();
  const handlerOf = createRequestHandler({
    answer: () => answer,
    changes,
    closing: closing.signal,
    elsewhere: () => listeners.get('elsewhere')?.origin ?? '',
    faults,
    log,
    logger: options.logger,
    maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024,
    streams,
  });
  const host = options.host ?? '127.0.0.1';
  const front = createFront(services, handlerOf, () => urls);
  const frontListener = await listen({ host, port: options.port ?? 0 }, front, changes.emit);
  for (const name of SERVICE_NAMES) {
    const handle = handlerOf(services[name], '');
    listeners.set(name, await listen({ host, port: 0 }, handle, changes.emit));
  }
  const urls = createUrls(listeners, options.h2oEra ?? 'a');
  const everyListener: readonly Listener[] = [frontListener, ...listeners.values()];

  const waiting = (condition: () => boolean, timeoutMs = 5000): Promise<void> =>
    waitUntil(condition, { timeoutMs, changes, closing: closing.signal });
  const requestsTo = (match: RequestMatch): readonly ReceivedRequest[] =>
    log.requests.filter((request) => matches(request, match));
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all(everyListener.map((listener) => listener.close()));
  };

  return {
    url: frontListener.origin,
    port: frontListener.port,
    urls,
    requests: log.requests,
    get conversations() {
      return chatUi.flatMap((service) => service.conversations());
    },
    get activeGenerations() {
      return chatUi.reduce((sum, service) => sum + service.activeGenerations(), 0);
    },
    get openSockets() {
      return everyListener.reduce((sum, listener) => sum + listener.sockets.size, 0);
    },
    get openStreams() {
      return streams.open;
    },
    configure: (changed) => {
      answer = { ...answer, ...changed };
    },
    setFault: faults.set,
    clearFaults: faults.clear,
    requestsTo,
    waitForRequest: async (match = {}, count = 1) => {
      let found: ReceivedRequest | undefined;
      await waiting(() => {
        found = requestsTo(match)[count - 1];
        return found !== undefined;
      });
      return found as ReceivedRequest;
    },
    waitForIdle: () => waiting(() => streams.open === 0),
    waitUntil: waiting,
    reset: () => {
      log.clear();
      faults.clear();
      flowgpt.reset();
      for (const service of chatUi) service.reset();
      changes.emit();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
