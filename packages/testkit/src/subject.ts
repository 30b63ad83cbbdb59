import type { Capabilities, ChatErrorCode, ChatProvider } from '@sluice/core';
import { allChecks } from './all-checks.ts';
import { framingOf, type UpstreamDescription } from './upstream-description.ts';

/** What the kit gives to the factory of a provider. */
export interface CreateOptions {
  /** The address of the local upstream, without a path: `http://127.0.0.1:4711`. */
  readonly baseURL: string;
  /** A key of the right look. Pass it on where the provider takes one: the kit then looks for it where it must not be. */
  readonly credential: string;
}

/**
 * What a protocol, or its server, can't do, each with the reason in words. The checks that need it are then reported as not
 * applicable, with that reason: nothing is skipped in silence.
 */
export interface Declarations {
  /** The end of the body is the end of the answer: a clean close can't be told from a cut. */
  readonly endOfBody?: string;
  /** An answer that has begun can't report an error. */
  readonly noErrorEvents?: string;
  /** Nothing can be sent that keeps a connection alive without a meaning. */
  readonly noKeepAlive?: string;
  /** Any bytes are an answer. */
  readonly noMalformed?: string;
  /** The models are a static list. */
  readonly noModelList?: string;
  /** Unknown models are passed on: only the upstream knows them. */
  readonly anyModel?: string;
  /** Unknown models are refused, but only by the upstream: something has to be sent for it. */
  readonly modelsKnownUpstream?: string;
  /** There is no key to send. */
  readonly noCredential?: string;
  /** `includeRaw` has no effect. */
  readonly noRawEvents?: string;
  /** Tools are declared, but the kit can't write a tool call. */
  readonly noToolCalls?: string;
  /** The client below keeps up to three clocks of its own for all calls, as fetch does. */
  readonly sharedTimers?: string;
  /**
   * Single checks, by id, that the protocol or the transport below it makes impossible: `{ 'connect-timeout': 'fetch does not tell
   * when it is connected' }`. They are run all the same and stand in the report as declared; one that passes fails as stale.
   */
  readonly impossible?: { readonly [check: string]: string };
}

/** A declaration that is one reason, for all the checks that need the same thing. */
export type DeclarationName = Exclude<keyof Declarations, 'impossible'>;

/** A provider and what the kit has to know of it. */
export interface Subject {
  /** The name in the report. Default: the provider's id. */
  readonly name?: string;
  /** Makes the provider. Called for every check, so that none sees what another left. */
  create(options: CreateOptions): ChatProvider;
  readonly upstream: UpstreamDescription;
  readonly declares?: Declarations;
  /** Ids that its streams and errors may name beside its own: of those to whom it hands its calls on, as a registry does. */
  readonly answeredBy?: readonly string[];
  /** A model that the provider has. Default: none is named. */
  readonly model?: string;
  /** Error codes of statuses which this protocol reads otherwise than the common table: `{ 404: 'model-not-found' }`. */
  readonly statusCodes?: { readonly [status: number]: ChatErrorCode };
  /** The longest that the kit waits for anything, in milliseconds. Default 2,000. */
  readonly patienceMs?: number;
}

/** A subject as the checks see it. */
export interface PreparedSubject extends Subject {
  readonly name: string;
  readonly id: string;
  /** Whom streams and errors may name: the provider's own id comes first. */
  readonly names: readonly string[];
  readonly capabilities: Capabilities;
  readonly declares: Declarations;
  readonly patienceMs: number;
  readonly credential: string;
}

/** Of no shape that could be told to be a key: it is hidden only by who knows that it is one. */
const credential = 'conformance-0f4a9c27d1';

/** What a description may leave out, if it says why. */
const explained: readonly {
  readonly declaration: DeclarationName;
  readonly field: string;
  readonly missing: (upstream: UpstreamDescription) => boolean;
}[] = [
  {
    declaration: 'endOfBody',
    field: 'end',
    missing: ({ end }) => end.length === 0 && typeof end !== 'function',
  },
  { declaration: 'noErrorEvents', field: 'error', missing: ({ error }) => error === undefined },
  { declaration: 'noKeepAlive', field: 'keepAlive', missing: (upstream) => needsOwn(upstream, 'keepAlive') },
  { declaration: 'noMalformed', field: 'malformed', missing: (upstream) => needsOwn(upstream, 'malformed') },
  { declaration: 'noModelList', field: 'models', missing: ({ models }) => models === undefined },
];

/**
 * Checks what an author says before anything runs. Throws a `TypeError` that lists every mistake: a piece of the upstream that
 * is neither described nor declared to be missing, or both.
 */
export function prepareSubject(subject: Subject): PreparedSubject {
  const { upstream, declares = {} } = subject;
  const problems = explained.flatMap(({ declaration, field, missing }) => {
    if (missing(upstream)) {
      return declares[declaration] === undefined
        ? [`describe upstream.${field}, or say in declares.${declaration} why there is none`]
        : [];
    }
    // `end` as a function may write nothing; what has a default may be declared away.
    const own = upstream[field as keyof UpstreamDescription] !== undefined;
    return own && declares[declaration] !== undefined && typeof upstream.end !== 'function'
      ? [`upstream.${field} is described, and declares.${declaration} says that there is none`]
      : [];
  });
  const provider = subject.create({ baseURL: 'http://127.0.0.1:9', credential });
  const { id, capabilities } = provider;
  void provider.close();
  if (capabilities.tools === 'native' && !upstream.toolCall && declares.noToolCalls === undefined) {
    problems.push(
      'capabilities.tools is native: describe upstream.toolCall, or say why not in declares.noToolCalls',
    );
  }
  if (capabilities.reasoning === 'native' && !upstream.reasoning) {
    problems.push('capabilities.reasoning is native: describe upstream.reasoning');
  }
  const prepared: PreparedSubject = {
    ...subject,
    name: subject.name ?? id,
    id,
    names: [id, ...(subject.answeredBy ?? [])],
    capabilities,
    declares,
    patienceMs: subject.patienceMs ?? 2_000,
    credential,
  };
  problems.push(...wronglyImpossible(prepared));
  if (problems.length > 0) throw new TypeError(`testProvider: ${problems.join('; ')}`);
  return prepared;
}

/** Declarations of single checks that say nothing: of a check that is none, or that would not run anyway. */
function wronglyImpossible(subject: PreparedSubject): readonly string[] {
  return Object.entries(subject.declares.impossible ?? {}).flatMap(([id, reason]) => {
    const check = allChecks.find((each) => each.id === id);
    if (!check) return [`declares.impossible names ${id}, and there is no such check`];
    if (reason.trim() === '') return [`say in declares.impossible why ${id} is`];
    const already = check.notApplicable?.(subject);
    return already === undefined
      ? []
      : [`declares.impossible names ${id}, which does not apply anyway: ${already}`];
  });
}

function needsOwn(upstream: UpstreamDescription, field: 'keepAlive' | 'malformed'): boolean {
  return upstream[field] === undefined && framingOf(upstream) === 'other';
}
