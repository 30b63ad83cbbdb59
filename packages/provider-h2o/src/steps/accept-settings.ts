import type { SettingsKind } from '../era.ts';
import { allCandidates } from '../era-memory.ts';
import { type Refusal, readRefusal } from '../wire/refusal.ts';
import { encodeSettings } from '../wire/settings.ts';
import { type Call, learn } from './call.ts';
import { otherEra, perhapsOtherEra } from './other-era.ts';
import { modelRefused } from './unknown-model.ts';

/**
 * Accepts the server's terms, in the body that it understands: the likelier one first, the other one if that is a 500 (which
 * does nothing). Throws the server's refusal.
 */
export async function acceptSettings(call: Call): Promise<void> {
  call.settingsSent = true;
  learn(call, ({ settings }) => settings.length > 0);
  const kinds = kindsOf(call);
  if (kinds.length === 0)
    throw otherEra(call, 'wants its terms accepted, and those of the configured era do not');
  let refusal: Refusal | undefined;
  for (const kind of kinds) {
    const response = await call.session.send(
      { method: 'POST', url: call.site.settings, body: encodeSettings(kind, call.settings), seeOther: true },
      call.scope,
    );
    if (response.status < 400) {
      response.body.release();
      call.memory.settingsTaken = true;
      learn(call, ({ settings }) => settings.includes(kind));
      return;
    }
    refusal = await readRefusal('settings', response, call.about, Date.now());
    if (!refusal.unexplained) throw refusal.error;
  }
  if (!refusal) return;
  const error = await modelRefused(call, refusal);
  throw error.code === 'model-not-found' ? error : perhapsOtherEra(call, error);
}

/** What is remembered of a server may be wrong by now: then the other body is tried, too. A configured era is kept to. */
function kindsOf({ candidates, memory }: Call): readonly SettingsKind[] {
  const possible = memory.fixed ? candidates : [...candidates, ...allCandidates('auto')];
  return [...new Set(possible.flatMap(({ settings }) => settings))];
}
