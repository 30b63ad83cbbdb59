import type { ScriptName } from '../upstream/scripts.ts';

/** What doors are put through. */
export interface GatewayWorkload {
  readonly name: string;
  readonly title: string;
  readonly script: ScriptName;
  readonly calls: number;
  readonly atOnce: number;
  readonly stream: boolean;
  readonly per: 'request' | 'token';
  /** What is looked at beside the processor time. */
  readonly looksAt?: 'memory' | 'first token';
}

export const gatewayWorkloads: readonly GatewayWorkload[] = [
  {
    name: 'streamed',
    title: 'streamed, 20 tokens, 16 at once',
    script: 'short',
    calls: 400,
    atOnce: 16,
    stream: true,
    per: 'request',
  },
  {
    name: 'whole',
    title: 'not streamed, 16 at once',
    script: 'short',
    calls: 400,
    atOnce: 16,
    stream: false,
    per: 'request',
  },
  {
    name: 'long',
    title: '50,000 tokens in one stream',
    script: 'half',
    calls: 1,
    atOnce: 1,
    stream: true,
    per: 'token',
  },
  {
    name: 'first-token',
    title: 'time to the first token, one request at a time',
    script: 'short',
    calls: 200,
    atOnce: 1,
    stream: true,
    per: 'request',
    looksAt: 'first token',
  },
  {
    name: 'many',
    title: '1,000 streams at once, 100 tokens at 5 ms',
    script: 'paced',
    calls: 1_000,
    atOnce: 1_000,
    stream: true,
    per: 'token',
    looksAt: 'memory',
  },
];
