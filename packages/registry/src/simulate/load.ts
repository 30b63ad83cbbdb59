import { checkDistribution, type Distribution, draw, exponential } from './distribution.ts';

/** One request of a load. */
export interface LoadRequest {
  /** When it comes in, in milliseconds from the start. */
  readonly atMs: number;
  /** The end user: what `sticky` goes by. */
  readonly key?: string;
  /** Length of its text, in UTF-16 units. */
  readonly inputChars: number;
  readonly maxOutputTokens?: number;
  /** A route or a target; default: all targets. */
  readonly model?: string;
}

/** What the requests of a generated load are like, and when it is over: after so many, or so long, whichever comes first. */
interface Generated {
  readonly requests?: number;
  readonly durationMs?: number;
  /** Default 400. */
  readonly inputChars?: Distribution;
  readonly maxOutputTokens?: number;
  /** How many end users there are; each request is one's at random. Default: requests have no user. */
  readonly users?: number;
}

/** Requests come in whether or not others are answered. */
export type OpenLoad = Generated &
  (
    | { readonly kind: 'poisson'; readonly perSecond: number }
    /** A burst of `burstPerSecond` for `burstMs` at the end of every `everyMs`. */
    | {
        readonly kind: 'bursts';
        readonly perSecond: number;
        readonly burstPerSecond: number;
        readonly burstMs: number;
        readonly everyMs: number;
      }
    /** A wave around `perSecond`, by up to `swing` (0 to 1) of it, lowest at the start. */
    | {
        readonly kind: 'diurnal';
        readonly perSecond: number;
        readonly swing: number;
        /** Default: a day. */
        readonly periodMs?: number;
      }
  );

/** Clients that ask, read the answer, think, and ask again: when answers are slow, fewer requests come. */
export interface ClientsLoad extends Generated {
  readonly kind: 'clients';
  readonly clients: number;
  /** In milliseconds. Default 0. */
  readonly thinkMs?: Distribution;
}

/** Requests as they came once, in the order of `atMs`. Read one by one: a generator need not hold them all. */
export interface RecordedLoad {
  readonly kind: 'recorded';
  readonly requests: Iterable<LoadRequest>;
}

export type Load = OpenLoad | ClientsLoad | RecordedLoad;

const usualInputChars = 400;
const dayMs = 86_400_000;

/** The requests of an open load, one after the other. Throws a `TypeError` if recorded ones are not in order. */
export function* arrivals(load: OpenLoad | RecordedLoad, random: () => number): Generator<LoadRequest> {
  if (load.kind === 'recorded') {
    yield* inOrder(load.requests);
    return;
  }
  const { requests = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY } = load;
  const most = mostPerSecond(load);
  let atMs = 0;
  let made = 0;
  while (made < requests) {
    // Thinning (Lewis and Shedler 1979): as if the highest rate held always, and what is too much left out.
    atMs += exponential(1000 / most, random);
    if (atMs >= durationMs) return;
    if (random() * most >= rateAt(load, atMs)) continue;
    made += 1;
    yield requestAt(atMs, load, random);
  }
}

/** One request of a generated load. */
export function requestAt(atMs: number, load: Generated, random: () => number): LoadRequest {
  const { inputChars = usualInputChars, maxOutputTokens, users } = load;
  return {
    atMs,
    inputChars: Math.max(1, Math.round(draw(inputChars, random))),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(users === undefined ? {} : { key: `user-${Math.floor(random() * users)}` }),
  };
}

/** Throws a `TypeError` that begins with `load`. */
export function checkLoad(load: Load): void {
  if (load.kind === 'recorded') return;
  if (load.requests === undefined && load.durationMs === undefined) {
    throw new TypeError('load needs requests or durationMs: it would never end');
  }
  checkDistribution(load.inputChars ?? 0, 'load.inputChars');
  if (load.kind === 'clients') {
    checkDistribution(load.thinkMs ?? 0, 'load.thinkMs');
    if (!(load.clients >= 1)) throw new TypeError('load.clients must be a number from 1');
  } else if (!(mostPerSecond(load) > 0)) {
    throw new TypeError('load.perSecond must be more than 0');
  }
}

function mostPerSecond(load: OpenLoad): number {
  if (load.kind === 'bursts') return Math.max(load.perSecond, load.burstPerSecond);
  return load.kind === 'diurnal' ? load.perSecond * (1 + load.swing) : load.perSecond;
}

function rateAt(load: OpenLoad, atMs: number): number {
  switch (load.kind) {
    case 'poisson':
      return load.perSecond;
    case 'bursts':
      return atMs % load.everyMs >= load.everyMs - load.burstMs ? load.burstPerSecond : load.perSecond;
    case 'diurnal': {
      const turn = (2 * Math.PI * atMs) / (load.periodMs ?? dayMs);
      return load.perSecond * (1 - load.swing * Math.cos(turn));
    }
  }
}

function* inOrder(requests: Iterable<LoadRequest>): Generator<LoadRequest> {
  let index = 0;
  let beforeMs = 0;
  for (const request of requests) {
    if (!(request.atMs >= beforeMs)) {
      throw new TypeError(
        `load.requests[${index}] is at ${request.atMs} ms, before ${beforeMs} ms: sort them by atMs`,
      );
    }
    beforeMs = request.atMs;
    index += 1;
    yield request;
  }
}
