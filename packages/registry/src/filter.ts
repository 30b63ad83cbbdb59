import type { ChatErrorCode, ChatRequest } from '@sluice/core';
import type { Target } from './target.ts';

/** Why a target cannot take a request. `code` is what it would mean for the caller if every target refused so. */
export interface Refusal {
  readonly code: ChatErrorCode;
  readonly reason: string;
}

/** Judges the targets of one request: made once a request, called once a target. Pure and synchronous. */
export type Filter = (request: ChatRequest) => (target: Target) => Refusal | undefined;
