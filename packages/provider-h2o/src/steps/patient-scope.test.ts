import { CallScope, ChatError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { PatientScope } from './patient-scope.ts';

const reason = new ChatError('aborted', 'enough');

describe('the lifetime of a create', () => {
  it('is over at once where the call was over before', () => {
    const call = new CallScope();
    call.cancel(reason);
    const scope = new PatientScope(call, 1_000);
    expect(scope.error).toBe(reason);
    scope.close();
  });

  it('ends with the call while nothing was sent', () => {
    const call = new CallScope();
    const scope = new PatientScope(call, 1_000);
    call.cancel(reason);
    expect(scope.error).toBe(reason);
  });

  it('goes on for a while once it was sent', async () => {
    const call = new CallScope();
    const scope = new PatientScope(call, 5);
    scope.connected();
    call.cancel(reason);
    expect(scope.error).toBeUndefined();
    await new Promise<unknown>((resolve) => scope.onCancel(resolve));
    expect(scope.error).toBe(reason);
  });
});
