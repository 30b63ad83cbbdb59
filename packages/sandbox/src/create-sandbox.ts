import { type ChangeSignal, createChangeSignal } from './change-signal.ts';
import { ERA_NAMES, type EraName } from './chat-ui/eras.ts';
import { createChatUiService } from './chat-ui/service.ts';
import { createElsewhere } from './elsewhere.ts';
import { createActiveFaults } from './faults/active-faults.ts';
import { createFlowGptService } from './flowgpt/service.ts';
import { createFront } from './front.ts';
import { type Listener, listen } from './listener.ts';
import { createOpenAIService, type OpenAIServiceOptions } from './openai/service.ts';
import { createRequestHandler, type StreamCount } from './request-handler.ts';
import { createRequestLog, type ReceivedRequest } from './request-log.ts';
import type { RequestMatch, Sandbox, SandboxOptions, SandboxUrls } from './sandbox.ts';
import { SERVICE_NAMES, type Service, type ServiceName } from './service.ts';
import type { AnswerOptions } from './speech.ts';
import { waitUntil } from './wait-until.ts';

const DIALECT_SERVICES = ['vllm', 'ollama', 'llamacpp', 'lmstudio'] as const;

function createServices(
  options: SandboxOptions,
  changes: ChangeSignal,
  closing: AbortSignal,
): {
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly chatUi: readonly ReturnType<typeof createChatUiService>[];
  readonly flowgpt: ReturnType<typeof createFlowGptService>;
} {
  const { services: settings = {}, apiKey } = options;
  const shared: OpenAIServiceOptions = { ...(apiKey !== undefined && { apiKey }), ...settings.openai };
  // What the option says of dialect and models is meant for `openai` alone: the others are named after theirs.
  const { dialect: _, models: __, ...common } = shared;
  const openAI = [
    createOpenAIService('openai', shared),
    ...DIALECT_SERVICES.map((dialect) => createOpenAIService(dialect, { ...common, dialect })),
  ];
  const chatUi = ERA_NAMES.map((era) => createChatUiService(era, settings.h2o ?? {}, changes, closing));
  const flowgpt = createFlowGptService(settings.flowgpt ?? {});
  const ylokh = createOpenAIService('ylokh', settings.ylokh ?? {});
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
    ylokh: `${at('ylokh')}/v1`,
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
  const { services, chatUi, flowgpt } = createServices(options, changes, closing.signal);

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
