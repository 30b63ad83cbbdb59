import type { ScriptName } from '../upstream/scripts.ts';
import type { ClientName } from './clients/index.ts';

/** What clients are put through. */
export interface ClientWorkload {
  readonly name: string;
  readonly title: string;
  readonly script: ScriptName;
  readonly calls: number;
  readonly atOnce: number;
  /** What the figures are divided by. */
  readonly per: 'call' | 'token';
  readonly floor: ClientName;
  readonly clients: readonly ClientName[];
  /**
   * Each round in a process of its own, warmed up with a few calls: memory is a matter of one run. Otherwise one process for
   * all rounds, warmed up with whole runs.
   */
  readonly fresh?: true;
}

const all: readonly ClientName[] = [
  'drain',
  'floor',
  'sluice',
  'sluice-events',
  'sluice-registry',
  'xsai',
  'openai',
  'ai',
];

const one: Pick<ClientWorkload, 'calls' | 'atOnce' | 'per'> = { calls: 1, atOnce: 1, per: 'token' };

export const clientWorkloads: readonly ClientWorkload[] = [
  {
    name: 'long',
    title: 'one long stream, 100,000 tokens',
    script: 'long',
    ...one,
    floor: 'floor',
    clients: all,
  },
  {
    name: 'chunks',
    title: 'the same, each token in a chunk of HTTP of its own',
    script: 'chunks',
    ...one,
    floor: 'floor',
    clients: ['drain', 'floor', 'sluice', 'sluice-events', 'sluice-registry'],
  },
  {
    name: 'short',
    title: 'short calls, 20 tokens, 16 at once',
    script: 'short',
    calls: 1_000,
    atOnce: 16,
    per: 'call',
    floor: 'floor',
    clients: all,
  },
  {
    name: 'many',
    title: '1,000 streams at once, 100 tokens at 5 ms',
    script: 'paced',
    calls: 1_000,
    atOnce: 1_000,
    per: 'token',
    floor: 'floor',
    clients: all,
    fresh: true,
  },
  {
    name: 'h2o-updates',
    title: "H2o's wire of today (chat-ui, 2025), 100,000 tokens",
    script: 'h2oUpdates',
    ...one,
    floor: 'floor-h2o-updates',
    clients: ['floor-h2o-updates', 'sluice-h2o'],
  },
  {
    name: 'h2o-tgi',
    title: "H2o's first wire (2023), 100,000 tokens",
    script: 'h2oTgi',
    ...one,
    floor: 'floor-h2o-tgi',
    clients: ['floor-h2o-tgi', 'sluice-h2o'],
  },
  {
    name: 'flowgpt',
    title: "FlowGPT's wire, 100,000 tokens",
    script: 'flowgpt',
    ...one,
    floor: 'floor-flowgpt',
    clients: ['floor-flowgpt', 'sluice-flowgpt'],
  },
];
