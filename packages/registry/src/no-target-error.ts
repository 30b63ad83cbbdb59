import { ChatError, type ChatErrorCode, type RouteDecision } from '@sluice/core';

/**
 * Nothing was tried. `code` is `model-not-found` for a name that nobody has, `unsupported` or `context-length` where every
 * target refused the request for that, else `no-target`. `route` holds every candidate with its reason.
 */
export class NoTargetError extends ChatError {
  override readonly name: string = 'NoTargetError';
  readonly route: RouteDecision;

  constructor(code: ChatErrorCode, message: string, route: RouteDecision) {
    super(code, message);
    this.route = route;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), requested: this.route.requested, candidates: this.route.candidates };
  }
}
