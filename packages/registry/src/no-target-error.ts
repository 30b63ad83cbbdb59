import { ChatError, type ChatErrorCode, type RouteDecision } from '@sluice/core';

/**
 * Nothing was tried. `code` is `model-not-found` for a name that nobody has; where every target was left out for the same
 * reason it is that reason's (`unsupported`, `context-length`, `saturated`, or the failure because of which they cool down);
 * else `no-target`. `retryAfterMs` tells when the first of them can be asked again. `route` holds every candidate with its
 * reason.
 */
export class NoTargetError extends ChatError {
  override readonly name: string = 'NoTargetError';
  readonly route: RouteDecision;

  constructor(code: ChatErrorCode, message: string, route: RouteDecision, retryAfterMs?: number) {
    super(code, message, { retryAfterMs });
    this.route = route;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), requested: this.route.requested, candidates: this.route.candidates };
  }
}
