import { ChatError, type ChatErrorCode, errorFromStatus, type UpstreamFailure } from '@sluice/core';
import type { HttpHead } from '@sluice/core/http';
import { providerId } from './manifest.ts';

/** The usual hint for a 401 is to check the key: here there is none. */
const hints: { readonly [Code in ChatErrorCode]?: string } = {
  auth: '; FlowGPT takes no key: check the clock of this machine, else its signature has changed',
};

/** Reads a refusal with the usual meaning of status and body, and with a hint that fits a service without keys. */
export function refusalOf(failure: UpstreamFailure): ChatError {
  return errorFromStatus({ ...failure, hint: (code) => hints[code] });
}

/**
 * The service stands behind a firewall (AWS WAF) that challenges a browser with a status of success (202) and an empty body
 * or a script; only this header tells. Throws `blocked`.
 */
export function refuseChallenge(head: HttpHead): void {
  if (head.headers['x-amzn-waf-action'] === undefined) return;
  throw new ChatError(
    'blocked',
    `${providerId} answered ${head.status} with a challenge for browsers (AWS WAF); try later, or from another address`,
    { provider: providerId, status: head.status, sent: 'no' },
  );
}
