import type { AddressInfo } from 'node:net';
import {
  type CallOptions,
  CallScope,
  type ChatEventSource,
  type ChatProvider,
  type ChatRequest,
  openChatStream,
} from '@sluice/core';
import { createRegistry, type Registry, type RegistryConfig } from '@sluice/registry';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import type { FastifyInstance } from 'fastify';
import { createGateway, type GatewayConfig } from './create-gateway.ts';
import { sandboxProvider } from './sandbox-provider.fixture.ts';

/** A gateway that listens, with all that stands behind it. */
export interface TestGateway extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly registry: Registry;
  /** The access lines, parsed, oldest first. */
  readonly lines: AccessLine[];
  /** Everything that was logged, as it was written. */
  readonly log: string[];
  /** Resolves with the access line of the request with this id. */
  lineOf(requestId: string | null): Promise<AccessLine>;
  post(body: unknown, init?: RequestInit): Promise<Response>;
}

export interface AccessLine {
  readonly requestId: string;
  readonly status: number;
  readonly ending: string;
  readonly code?: string;
  readonly target?: string;
  readonly key?: string;
  readonly endpoint: string;
  readonly firstTokenMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly bytesWritten: number;
  readonly attempts?: readonly { readonly target: string; readonly outcome: string }[];
}

export interface TestGatewayOptions extends Omit<GatewayConfig, 'registry'> {
  readonly sandbox?: Parameters<typeof createSandbox>[0];
  readonly registry?: Omit<RegistryConfig, 'providers'>;
  readonly providers?: (sandbox: Sandbox) => RegistryConfig['providers'];
}

export const hello: {
  readonly model: string;
  readonly messages: { readonly role: 'user'; readonly content: string }[];
} = {
  model: 'main',
  messages: [{ role: 'user', content: 'What does a sluice do, please?' }],
};

/** Sandbox, registry and gateway on loopback, and a log that can be waited for. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { sandbox: sandboxOptions, registry: registryOptions, providers, ...config } = options;
  const sandbox = await createSandbox(sandboxOptions);
  const registry = createRegistry({
    strategy: 'ordered',
    retry: { maxWaitMs: 0 },
    providers: providers?.(sandbox) ?? [
      { provider: sandboxProvider('main', sandbox.urls.openai), models: ['sandbox', 'sandbox-reasoner'] },
    ],
    ...registryOptions,
  });
  const log: string[] = [];
  const lines: AccessLine[] = [];
  const waiting: (() => void)[] = [];
  const stream = {
    write(line: string) {
      log.push(line);
      const parsed = JSON.parse(line) as AccessLine & { msg: string };
      if (parsed.msg !== 'request') return;
      lines.push(parsed);
      for (const wake of waiting.splice(0)) wake();
    },
  };
  const app = createGateway({ logger: { stream }, registry, ...config });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    app,
    url,
    sandbox,
    registry,
    lines,
    log,
    async lineOf(requestId) {
      while (true) {
        const line = lines.find((each) => each.requestId === requestId);
        if (line) return line;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    post: (body, init = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', ...init.headers },
      }),
    async [Symbol.asyncDispose]() {
      await app.sluice.drain(0);
      app.server.closeAllConnections();
      await app.close();
      await sandbox.close();
    },
  };
}

/** A provider whose events a test writes itself. */
export function scriptedProvider(
  id: string,
  source: (request: ChatRequest, scope: CallScope) => ChatEventSource | Promise<ChatEventSource>,
): ChatProvider {
  return {
    id,
    capabilities: {
      streaming: 'native',
      messageHistory: 'native',
      systemMessage: 'native',
      tools: 'native',
      vision: 'native',
      json: 'native',
      stop: 'native',
      seed: 'native',
      usage: 'native',
      reasoning: 'native',
      cancel: 'native',
      needsAuth: false,
    },
    listModels: async () => [],
    stream: (request: ChatRequest, options: CallOptions = {}) => {
      const scope = new CallScope(options);
      return openChatStream({
        provider: id,
        model: request.model,
        scope,
        open: () => source(request, scope),
      });
    },
    close: async () => {},
  };
}
