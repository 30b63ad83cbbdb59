import { type ChatErrorCode, errorPolicies, longestRetryAfterMs } from '@sluice/core';

/** What can be left alone for a while, widest first. */
export type CooldownScope = 'provider' | 'credential' | 'model' | 'target';

/**
 * The names under which a target's failures are booked. Made once a target, not once a request: looking one up costs a hash.
 * `credential` stands for the one key that the target has (or for its having none: an anonymous upstream refuses, too); leave it
 * out where a `CredentialPool` looks after several.
 */
export interface CooldownKeys {
  readonly provider: string;
  readonly credential?: string;
  /** Provider and model: another provider's model of that name is another model. */
  readonly model: string;
  readonly target: string;
}

/** Something that is left alone, until when and why. What is handed out is live: read it at once, or copy it. */
export interface Cooldown {
  readonly scope: CooldownScope;
  readonly key: string;
  readonly untilMs: number;
  /** When the failure happened that set `untilMs`. */
  readonly sinceMs: number;
  readonly code: ChatErrorCode;
  /** How often the time was doubled. */
  readonly doublings: number;
}

/** A cooldown that another process reports, on our clock. */
export type RemoteCooldown = Pick<Cooldown, 'scope' | 'key' | 'untilMs' | 'code'>;

/** Settings of `createCooldowns`. */
export interface CooldownSettings {
  /** The most cooldowns that are remembered; beyond it the oldest news goes first. Default 10,000. */
  readonly maxEntries?: number;
  /** Told each cooldown that begins or gets longer here. Must not throw. */
  readonly onCool?: (cooldown: Cooldown) => void;
}

/** What is left alone, and until when. One for a registry. */
export interface Cooldowns {
  /** How many are remembered, running or not. */
  readonly size: number;
  /**
   * Books a failure by the error table: cools what the code's row names, for as long as the upstream asked, else for the row's
   * time, doubled on repetition. Answers the cooldown that holds now; nothing where the code cools nothing.
   */
  record(keys: CooldownKeys, code: ChatErrorCode, nowMs: number, retryAfterMs?: number): Cooldown | undefined;
  /** The same for a scope and key of one's own choice. */
  cool(
    scope: CooldownScope,
    key: string,
    code: ChatErrorCode,
    nowMs: number,
    retryAfterMs?: number,
  ): Cooldown | undefined;
  /** A success: what has cooled down begins with the shortest time again. */
  succeeded(keys: CooldownKeys, nowMs: number): void;
  forgive(scope: CooldownScope, key: string, nowMs: number): void;
  /** The cooldown that keeps a target out for longest; nothing if it may be asked. Allocates nothing. */
  blocking(keys: CooldownKeys, nowMs: number): Cooldown | undefined;
  /** A running cooldown. */
  get(scope: CooldownScope, key: string, nowMs: number): Cooldown | undefined;
  /** When a key can be used again; 0 if now. */
  untilMs(scope: CooldownScope, key: string, nowMs: number): number;
  /** All that are running, for a snapshot. */
  running(nowMs: number): Cooldown[];
  /** Takes over what another process saw. Never shortens; answers whether it changed anything. */
  merge(remote: RemoteCooldown, nowMs: number): boolean;
}

/**
 * Which scope a failure cools. The error table has the last word; but whoever is told by `Retry-After` when to come back
 * listens, also where the table would leave it to the breaker (503 with `Retry-After`: RFC 9110, section 10.2.3).
 */
export function cooledScope(code: ChatErrorCode, retryAfterMs?: number): CooldownScope | undefined {
  const { cools, breakerWeight } = errorPolicies[code];
  if (cools !== 'nothing') return cools;
  return breakerWeight > 0 && isWait(retryAfterMs) ? 'target' : undefined;
}

/** An empty set of cooldowns. */
export function createCooldowns(settings: CooldownSettings = {}): Cooldowns {
  return new CooldownBook(settings);
}

const defaultMaxEntries = 10_000;

/** A wait of nothing is no wait: a clock that is ahead of the upstream's turns a date into 0. */
function isWait(retryAfterMs: number | undefined): retryAfterMs is number {
  return retryAfterMs !== undefined && retryAfterMs > 0;
}

interface Entry extends Cooldown {
  untilMs: number;
  sinceMs: number;
  code: ChatErrorCode;
  doublings: number;
  /** A failure before this moment is a repetition, and doubles. */
  repeatsUntilMs: number;
}

class CooldownBook implements Cooldowns {
  readonly #maxEntries: number;
  readonly #onCool: ((cooldown: Cooldown) => void) | undefined;
  /** In each map the entry with the oldest news comes first. */
  readonly #entries: { readonly [Scope in CooldownScope]: Map<string, Entry> } = {
    provider: new Map(),
    credential: new Map(),
    model: new Map(),
    target: new Map(),
  };

  constructor({ maxEntries = defaultMaxEntries, onCool }: CooldownSettings) {
    this.#maxEntries = maxEntries;
    this.#onCool = onCool;
  }

  get size(): number {
    const { provider, credential, model, target } = this.#entries;
    return provider.size + credential.size + model.size + target.size;
  }

  record(
    keys: CooldownKeys,
    code: ChatErrorCode,
    nowMs: number,
    retryAfterMs?: number,
  ): Cooldown | undefined {
    const scope = cooledScope(code, retryAfterMs);
    const key = scope === undefined ? undefined : keys[scope];
    return scope === undefined || key === undefined
      ? undefined
      : this.cool(scope, key, code, nowMs, retryAfterMs);
  }

  cool(
    scope: CooldownScope,
    key: string,
    code: ChatErrorCode,
    nowMs: number,
    retryAfterMs?: number,
  ): Cooldown | undefined {
    const asked = isWait(retryAfterMs) ? Math.min(retryAfterMs, longestRetryAfterMs) : undefined;
    const row = errorPolicies[code].cooldown;
    if (asked === undefined && row === undefined) return undefined;
    const known = this.#entries[scope].get(key);
    const doublings = doublingsAfter(known, code, nowMs);
    const ownMs = row === undefined ? 0 : Math.min(row.maxMs, row.baseMs * 2 ** doublings);
    const waitMs = asked ?? ownMs;
    if (known && nowMs + waitMs <= known.untilMs) {
      this.#refresh(known);
      return known;
    }
    const entry = known ?? { scope, key, untilMs: 0, sinceMs: 0, code, doublings: 0, repeatsUntilMs: 0 };
    entry.untilMs = nowMs + waitMs;
    entry.sinceMs = nowMs;
    entry.code = code;
    // An upstream that says when to come back need not be second-guessed by doubling what it said.
    entry.doublings = asked === undefined ? doublings : 0;
    entry.repeatsUntilMs = asked === undefined ? entry.untilMs + 2 * ownMs : entry.untilMs;
    this.#refresh(entry);
    this.#onCool?.(entry);
    return entry;
  }

  succeeded(keys: CooldownKeys, nowMs: number): void {
    this.forgive('provider', keys.provider, nowMs);
    this.forgive('model', keys.model, nowMs);
    this.forgive('target', keys.target, nowMs);
    if (keys.credential !== undefined) this.forgive('credential', keys.credential, nowMs);
  }

  forgive(scope: CooldownScope, key: string, nowMs: number): void {
    const entries = this.#entries[scope];
    if (entries.size === 0) return;
    const entry = entries.get(key);
    // What still runs was set by a failure that came after this success began.
    if (entry && entry.untilMs <= nowMs) entries.delete(key);
  }

  blocking(keys: CooldownKeys, nowMs: number): Cooldown | undefined {
    const { provider, credential, model, target } = this.#entries;
    let longest: Entry | undefined;
    if (provider.size > 0) longest = later(longest, provider.get(keys.provider), nowMs);
    if (model.size > 0) longest = later(longest, model.get(keys.model), nowMs);
    if (target.size > 0) longest = later(longest, target.get(keys.target), nowMs);
    if (credential.size > 0 && keys.credential !== undefined) {
      longest = later(longest, credential.get(keys.credential), nowMs);
    }
    return longest;
  }

  get(scope: CooldownScope, key: string, nowMs: number): Cooldown | undefined {
    return later(undefined, this.#entries[scope].get(key), nowMs);
  }

  untilMs(scope: CooldownScope, key: string, nowMs: number): number {
    return this.get(scope, key, nowMs)?.untilMs ?? 0;
  }

  running(nowMs: number): Cooldown[] {
    return Object.values(this.#entries).flatMap((entries) =>
      [...entries.values()]
        .filter(({ untilMs }) => untilMs > nowMs)
        .map(({ repeatsUntilMs: _own, ...cooldown }) => cooldown),
    );
  }

  merge({ scope, key, untilMs, code }: RemoteCooldown, nowMs: number): boolean {
    const until = Math.min(untilMs, nowMs + longestRetryAfterMs);
    const known = this.#entries[scope].get(key);
    if (!(until > nowMs) || (known && until <= known.untilMs)) return false;
    const entry = known ?? { scope, key, untilMs: 0, sinceMs: 0, code, doublings: 0, repeatsUntilMs: 0 };
    entry.untilMs = until;
    entry.sinceMs = nowMs;
    entry.code = code;
    entry.repeatsUntilMs = Math.max(entry.repeatsUntilMs, until);
    this.#refresh(entry);
    return true;
  }

  /** Makes an entry the newest of its scope, and forgets the oldest where there are too many. */
  #refresh(entry: Entry): void {
    const entries = this.#entries[entry.scope];
    entries.delete(entry.key);
    entries.set(entry.key, entry);
    if (this.size <= this.#maxEntries) return;
    this.#prune(entry.sinceMs);
  }

  /** Costs a walk over all entries, but makes room for many: a tenth of what is remembered at least. */
  #prune(nowMs: number): void {
    const scopes = Object.values(this.#entries);
    for (const entries of scopes) {
      for (const { key, repeatsUntilMs } of entries.values()) {
        if (repeatsUntilMs <= nowMs) entries.delete(key);
      }
    }
    const keep = Math.floor(this.#maxEntries * 0.9);
    while (this.size > keep) {
      const largest = scopes.reduce((most, entries) => (entries.size > most.size ? entries : most));
      const [oldest] = largest.keys();
      if (oldest === undefined) return;
      largest.delete(oldest);
    }
  }
}

/**
 * Failures while something cools are those that were under way when it began: no repetition, however many. One that comes
 * after it, but before a quiet time of twice its length has passed, is one if it is of the same kind.
 */
function doublingsAfter(known: Entry | undefined, code: ChatErrorCode, nowMs: number): number {
  if (known === undefined || known.code !== code || nowMs >= known.repeatsUntilMs) return 0;
  return nowMs < known.untilMs ? known.doublings : known.doublings + 1;
}

function later(one: Entry | undefined, other: Entry | undefined, nowMs: number): Entry | undefined {
  if (other === undefined || other.untilMs <= nowMs) return one;
  return one === undefined || other.untilMs > one.untilMs ? other : one;
}
