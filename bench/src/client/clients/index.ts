import type { MakeClient } from '../client.ts';
import { drain } from './drain.ts';
import { floor } from './floor.ts';
import { floorFlowGpt } from './floor-flowgpt.ts';
import { floorH2oTgi, floorH2oUpdates } from './floor-h2o.ts';
import { ai, openai, xsai } from './peers.ts';
import { sluice, sluiceEvents, sluiceFlowGpt, sluiceH2o, sluiceRegistry } from './sluice.ts';

/** The clients by the names that they have in commands and results. */
export type ClientName =
  | 'drain'
  | 'floor'
  | 'sluice'
  | 'sluice-events'
  | 'sluice-registry'
  | 'openai'
  | 'ai'
  | 'xsai'
  | 'floor-h2o-updates'
  | 'floor-h2o-tgi'
  | 'sluice-h2o'
  | 'floor-flowgpt'
  | 'sluice-flowgpt';

/** Every client. Making one imports its library, and no other's. */
export const clients: { readonly [Name in ClientName]: MakeClient } = {
  drain,
  floor,
  sluice,
  'sluice-events': sluiceEvents,
  'sluice-registry': sluiceRegistry,
  openai,
  ai,
  xsai,
  'floor-h2o-updates': floorH2oUpdates,
  'floor-h2o-tgi': floorH2oTgi,
  'sluice-h2o': sluiceH2o,
  'floor-flowgpt': floorFlowGpt,
  'sluice-flowgpt': sluiceFlowGpt,
};
