import { CallScope } from '@sluice/core';

/**
 * The lifetime of a request whose answer is wanted although its call has been cancelled: the server makes a conversation, and
 * only the answer tells which one is to be deleted. Before anything is sent it ends with the call; afterwards it gets
 * `graceMs` more.
 */
export class PatientScope extends CallScope {
  #sent = false;
  #patience: NodeJS.Timeout | undefined;
  /** Set late: a call that is over already answers within `onCancel`. */
  #unlink: () => void = () => {};

  constructor(call: CallScope, graceMs: number) {
    super({ timeout: { connect: call.timeouts.connect, firstToken: 0, idle: 0 } });
    this.#unlink = call.onCancel((error) => {
      if (this.#sent) this.#patience = setTimeout(() => this.cancel(error), graceMs);
      else this.cancel(error);
    });
  }

  override connected(): void {
    super.connected();
    this.#sent = true;
  }

  override close(): void {
    super.close();
    clearTimeout(this.#patience);
    this.#unlink();
  }
}
