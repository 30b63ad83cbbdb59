import type { SharedV4Warning } from '@ai-sdk/provider';
import type { WarningEvent } from '@sluice/core';

/** Our name of a request field, where the AI SDK has another. */
const foreignNames: { readonly [feature: string]: string } = {
  stop: 'stopSequences',
  json: 'responseFormat',
  reasoningEffort: 'reasoning',
};

const kinds: { readonly [Code in WarningEvent['code']]: 'compatibility' | 'unsupported' | 'other' } = {
  emulated: 'compatibility',
  'unsupported-parameter': 'unsupported',
  'ignored-content': 'unsupported',
  resumed: 'other',
  restarted: 'other',
  other: 'other',
};

/** A warning of ours as the AI SDK shows it. */
export function warningOf({ code, message, feature }: WarningEvent): SharedV4Warning {
  // Providers of a newer contract may have codes that are not known here.
  const type = Object.hasOwn(kinds, code) ? kinds[code] : 'other';
  if (type === 'other' || feature === undefined) return { type: 'other', message };
  return { type, feature: foreignNames[feature] ?? feature, details: message };
}

/** A warning about something of the prompt that no request of ours can carry. */
export function unsupported(feature: string, details: string): SharedV4Warning {
  return { type: 'unsupported', feature, details };
}
