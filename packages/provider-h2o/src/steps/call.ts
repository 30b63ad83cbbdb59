import type { CallScope } from '@sluice/core';
import type { EraTraits } from '../era.ts';
import { type Candidates, type EraMemory, narrow } from '../era-memory.ts';
import type { About } from '../wire/refusal.ts';
import type { Session } from '../wire/session.ts';
import type { Settings } from '../wire/settings.ts';
import type { Site } from '../wire/site.ts';

/** One call under way: what its steps share. */
export interface Call {
  readonly site: Site;
  readonly session: Session;
  readonly scope: CallScope;
  readonly about: About & { readonly model: string };
  readonly settings: Settings;
  readonly memory: EraMemory;
  /** How long a create may go on after the call was cancelled, in milliseconds. */
  readonly graceMs: number;
  /** What the server may be, as far as this call has seen. */
  candidates: Candidates;
  /** The settings were sent in this call: once is enough. */
  settingsSent: boolean;
}

/** Takes away the candidates that don't fit what was seen. A configured era stays as it is. */
export function learn(call: Call, fits: (traits: EraTraits) => boolean): void {
  if (!call.memory.fixed) call.candidates = narrow(call.candidates, fits);
}
