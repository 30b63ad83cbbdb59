import type { ChatUiConversation } from './chat-ui/conversation.ts';
import type { EraName } from './chat-ui/eras.ts';
import type { ChatUiOptions } from './chat-ui/options.ts';
import type { FaultTarget } from './faults/active-faults.ts';
import type { FaultName } from './faults/catalogue.ts';
import type { FaultRequest } from './faults/fault-request.ts';
import type { FlowGptOptions } from './flowgpt/service.ts';
import type { OpenAIServiceOptions } from './openai/service.ts';
import type { ExchangeLogEntry } from './request-handler.ts';
import type { ReceivedRequest } from './request-log.ts';
import type { Phase, ServiceName } from './service.ts';
import type { AnswerOptions } from './speech.ts';

/** Options of `createSandbox`. */
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
    /** `openai`; all but `dialect` and `models` also for `vllm`, `ollama`, `llamacpp` and `lmstudio`. */
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
  /** With its `/v1`. */
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
