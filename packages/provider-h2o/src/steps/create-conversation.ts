import { type CreatedConversation, readCreated } from '../wire/created-conversation.ts';
import { type Refusal, readRefusal } from '../wire/refusal.ts';
import { acceptSettings } from './accept-settings.ts';
import type { Call } from './call.ts';
import { PatientScope } from './patient-scope.ts';
import { modelRefused } from './unknown-model.ts';

/** The longest reply to a create that is read, in bytes. */
const mostBytes = 1024 * 1024;

/**
 * Makes a conversation; accepts the server's terms first, if it asks for that. Goes on for a while when the call is cancelled
 * in between: whoever awaits it has to look at the scope afterwards, and to delete what came too late.
 */
export async function createConversation(call: Call): Promise<CreatedConversation> {
  if (wantsSettingsFirst(call)) await acceptSettings(call);
  while (true) {
    const outcome = await create(call);
    if ('id' in outcome) return outcome;
    if (!outcome.wantsSettings || call.settingsSent) {
      throw outcome.unexplained ? await modelRefused(call, outcome) : outcome.error;
    }
    await acceptSettings(call);
  }
}

/** Only where the era was chosen: elsewhere a server is not troubled with settings that it didn't ask for. */
function wantsSettingsFirst({ memory, candidates }: Call): boolean {
  return memory.fixed && !memory.settingsTaken && candidates.some(({ settingsFirst }) => settingsFirst);
}

async function create(call: Call): Promise<CreatedConversation | Refusal> {
  const scope = new PatientScope(call.scope, call.graceMs);
  try {
    const body = { contentType: 'application/json', body: JSON.stringify({ model: call.about.model }) };
    const response = await call.session.send({ method: 'POST', url: call.site.conversations, body }, scope);
    if (response.status < 200 || response.status > 299) {
      return await readRefusal('create', response, call.about, Date.now());
    }
    return readCreated(await response.body.text(mostBytes), call.about);
  } finally {
    scope.close();
  }
}
