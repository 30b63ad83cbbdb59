import { type Refusal, readRefusal } from '../wire/refusal.ts';
import { encodeSettings } from '../wire/settings.ts';
import { type Call, learn } from './call.ts';
import { modelRefused } from './unknown-model.ts';

/**
 * Accepts the server's terms, in the body that it understands: the likelier one first, the other one if that is a 500 (which
 * does nothing). Throws the server's refusal.
 */
export async function acceptSettings(call: Call): Promise<void> {
  call.settingsSent = true;
  learn(call, ({ settings }) => settings.length > 0);
  const kinds = [...new Set(call.candidates.flatMap(({ settings }) => settings))];
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
  if (refusal) throw await modelRefused(call, refusal);
}
