import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { CallOptions, ChatRequest, RouteDecision } from '@sluice/core';
import { type Registry, routeOf } from '@sluice/registry';
import type { Recording, Replay } from '@sluice/testkit';
import type { RecordedEngine } from '../upstream/open-registry.ts';
import type { Upstream, UpstreamSetup } from '../upstream/upstream.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

/** Where a chat is recorded, or comes from. */
export interface CassetteFlags {
  readonly record?: string;
  readonly redactPrompts?: boolean;
  readonly replay?: string;
  readonly replayTiming?: 'recorded' | 'at-once';
}

/** What makes a chat that can be made again. */
export interface ChatSetup {
  readonly upstream: UpstreamSetup;
  /** The provider that was chosen. */
  readonly provider?: string;
  readonly seed: number;
  /** Without signals and proxies. */
  readonly options: Pick<CallOptions, 'stream' | 'timeout'>;
}

/** The names of the notes in a cassette of ours. */
const notes = { setup: 'setup', route: 'route', forgot: 'forgot-failures' } as const;

/** A recording with the chance and the time that decisions depend on. */
export interface ChatRecording extends AsyncDisposable {
  readonly engine: RecordedEngine;
  /** What the user has to know. */
  readonly notice: string;
  /** Keeps how the chat is made. Every request, and where it went, is kept from here on. */
  watch(upstream: Upstream, options: CallOptions): Upstream;
}

/** Begins to record. Throws an `invalid-request` if the file is there already or cannot be written. */
export async function openRecording(file: string, redactPrompts: boolean): Promise<ChatRecording> {
  // Most chats are not recorded: the kit is loaded for those that are.
  const { record } = await import('@sluice/testkit');
  const cassette = await record(file, {
    redactPrompts,
    about: { command: 'sluice chat' },
    packages: packageVersions(),
  });
  const seed = Math.floor(Math.random() * 2 ** 32);
  return {
    engine: { timers: cassette.timers, seed },
    notice: redactPrompts
      ? `recording to ${file}, which only you may read: what is said is replaced by placeholders, except in the words of a refusal`
      : `recording to ${file}, which only you may read: prompts and answers are in it, credentials are not; look through it before you give it away`,
    watch(upstream, { stream, timeout }) {
      const setup: ChatSetup = {
        upstream: upstream.setup,
        ...(upstream.only === undefined ? {} : { provider: upstream.only.id }),
        seed,
        options: {
          ...(stream === undefined ? {} : { stream }),
          ...(timeout === undefined ? {} : { timeout }),
        },
      };
      cassette.note(notes.setup, setup);
      return recorded(upstream, cassette);
    },
    async [Symbol.asyncDispose]() {
      await cassette.close();
      // The command line was wrong, or nothing was asked: the next try finds its file free.
      if (cassette.exchanges === 0) await rm(file);
    },
  };
}

/** What a recorded chat did, in order. */
export type ChatStep =
  | { readonly type: 'request'; readonly request: ChatRequest; readonly atMs: number }
  | { readonly type: 'forgot' };

/** Throws a `UsageError` for a cassette that `sluice chat` did not record. It may come from anybody. */
export function chatSetupOf({ notes: all }: Replay, file: string): ChatSetup {
  const setup = all.find(({ name }) => name === notes.setup)?.value;
  if (isRecord(setup) && isUpstreamSetup(setup.upstream) && Number.isInteger(setup.seed)) {
    const { provider, options } = setup;
    const isChosen = provider === undefined || typeof provider === 'string';
    if (isChosen && isRecord(options)) return setup as unknown as ChatSetup;
  }
  throw new UsageError(
    `${file} was not recorded by \`sluice chat --record\`; a program replays it with replay() of @sluice/testkit`,
  );
}

/** Whether an upstream can be made of it; what it is made of is checked there. */
function isUpstreamSetup(value: unknown): value is UpstreamSetup {
  if (!isRecord(value)) return false;
  const { kind, addresses, provider, baseURL, config } = value;
  if (kind === 'sandbox') {
    return isRecord(addresses) && Object.values(addresses).every((each) => typeof each === 'string');
  }
  if (kind === 'address') return typeof provider === 'string' && typeof baseURL === 'string';
  return kind === 'configuration' && isRecord(config);
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The requests of a recorded chat, and where it forgot failures in between. */
export function stepsOf({ notes: all, requests }: Replay): readonly ChatStep[] {
  const left = [...requests];
  return all.flatMap(({ name, atMs }): ChatStep[] => {
    if (name === notes.forgot) return [{ type: 'forgot' }];
    const request = name === 'request' ? left.shift() : undefined;
    return request === undefined ? [] : [{ type: 'request', request, atMs }];
  });
}

/** Tells each route that is taken, also those of failures. */
export function watchRoutes(
  registry: Registry,
  onRoute: (route: RouteDecision | undefined) => void,
): Registry {
  return {
    ...registry,
    async stream(request, options) {
      try {
        const stream = await registry.stream(request, options);
        onRoute(stream.route);
        return stream;
      } catch (error) {
        onRoute(routeOf(error));
        throw error;
      }
    },
  };
}

/** The routes that were recorded. */
export function recordedRoutes({ notes: all }: Replay): readonly unknown[] {
  return all.filter(({ name }) => name === notes.route).map(({ value }) => value);
}

function recorded(upstream: Upstream, cassette: Recording): Upstream {
  return {
    notices: upstream.notices,
    setup: upstream.setup,
    ...(upstream.only === undefined ? {} : { only: upstream.only }),
    get registry() {
      const { registry } = upstream;
      const watched = watchRoutes(registry, (route) => cassette.note(notes.route, route ?? null));
      return {
        ...watched,
        stream(request: ChatRequest, options?: CallOptions) {
          cassette.noteRequest(request);
          return watched.stream(request, options);
        },
      };
    },
    forgetFailures() {
      cassette.note(notes.forgot, null);
      upstream.forgetFailures();
    },
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

/** Versions of the command and of what it is made of. */
function packageVersions(): { readonly [name: string]: string } {
  const load = createRequire(import.meta.url);
  const names = [
    'gateway',
    'provider-flowgpt',
    'provider-h2o',
    'provider-openai-compatible',
    'provider-ylokh',
  ];
  const versions = [...names, 'registry', 'sandbox'].map((name) => {
    const manifest = load(`@sluice/${name}/package.json`) as { readonly version: string };
    return [`@sluice/${name}`, manifest.version] as const;
  });
  return { '@sluice/cli': version, ...Object.fromEntries(versions) };
}
