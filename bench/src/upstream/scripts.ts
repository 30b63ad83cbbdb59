/** Who speaks: the wire on which an upstream answers. */
export type Wire = 'openai' | 'h2o-updates' | 'h2o-tgi' | 'flowgpt';

export type ScriptName = 'long' | 'chunks' | 'short' | 'paced' | 'half' | 'h2oUpdates' | 'h2oTgi' | 'flowgpt';

/** How an upstream answers. The name stands first in the path of its address. */
export interface Script {
  readonly wire: Wire;
  readonly tokens: number;
  /**
   * How many tokens go into one chunk of HTTP. Servers write one chunk a token; what stands between (a proxy, a buffer)
   * joins them.
   */
  readonly tokensPerChunk: number;
  /** How many chunks are handed to the socket at once. */
  readonly chunksPerWrite: number;
  /** Milliseconds between two writes; 0: as fast as the reader takes them. */
  readonly everyMs: number;
}

const asFast: Pick<Script, 'tokensPerChunk' | 'chunksPerWrite' | 'everyMs'> = {
  tokensPerChunk: 256,
  chunksPerWrite: 1,
  everyMs: 0,
};

/** Everything that the upstream can be asked for. */
export const scripts: { readonly [Name in ScriptName]: Script } = {
  long: { wire: 'openai', tokens: 100_000, ...asFast },
  chunks: { wire: 'openai', tokens: 100_000, tokensPerChunk: 1, chunksPerWrite: 64, everyMs: 0 },
  short: { wire: 'openai', tokens: 20, tokensPerChunk: 1, chunksPerWrite: 22, everyMs: 0 },
  paced: { wire: 'openai', tokens: 100, tokensPerChunk: 1, chunksPerWrite: 1, everyMs: 5 },
  half: { wire: 'openai', tokens: 50_000, ...asFast },
  h2oUpdates: { wire: 'h2o-updates', tokens: 100_000, ...asFast },
  h2oTgi: { wire: 'h2o-tgi', tokens: 100_000, ...asFast },
  flowgpt: { wire: 'flowgpt', tokens: 100_000, ...asFast },
};
