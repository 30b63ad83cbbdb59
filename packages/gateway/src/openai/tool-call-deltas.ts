import type { ToolCallDeltaEvent, ToolCallEvent } from '@sluice/core';

/** One entry of `delta.tool_calls`. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly name?: string; readonly arguments: string };
}

/** A call whose fragments have begun to arrive. */
interface Begun {
  readonly index: number;
  id: string | undefined;
  name: string | undefined;
  /** Arguments that wait for the id and the name: clients take them from the first entry of a call and nowhere else. */
  held: string;
  told: boolean;
}

/** Tool calls as OpenAI's clients put them together: the first entry of each has its id and its name, the others only arguments. */
export class ToolCallDeltas {
  readonly #begun = new Map<number, Begun>();
  #next = 0;

  /** A fragment; nothing as long as the call's id or name is not known. */
  fragment({ index, id, name, argumentsDelta }: ToolCallDeltaEvent): readonly ToolCallDelta[] {
    let call = this.#begun.get(index);
    if (call === undefined) {
      call = { index: this.#next, id: undefined, name: undefined, held: '', told: false };
      this.#next += 1;
      this.#begun.set(index, call);
    }
    if (call.told) {
      return argumentsDelta === '' ? [] : [{ index: call.index, function: { arguments: argumentsDelta } }];
    }
    call.id ??= id;
    call.name ??= name;
    call.held += argumentsDelta;
    if (call.id === undefined || call.name === undefined) return [];
    return [told(call, call.id, call.name, call.held)];
  }

  /** A whole call: nothing if its fragments were told, else all of it at once. */
  whole({ id, name, arguments: text }: ToolCallEvent): readonly ToolCallDelta[] {
    const calls = [...this.#begun.values()];
    if (calls.some((call) => call.told && call.id === id)) return [];
    const waiting = calls.find((call) => !call.told && (call.id === undefined || call.id === id));
    if (waiting) return [told(waiting, id, name, text)];
    const call: Begun = { index: this.#next, id, name, held: '', told: true };
    this.#next += 1;
    this.#begun.set(-call.index - 1, call);
    return [told(call, id, name, text)];
  }
}

function told(call: Begun, id: string, name: string, text: string): ToolCallDelta {
  call.told = true;
  call.id = id;
  call.held = '';
  return { index: call.index, id, type: 'function', function: { name, arguments: text } };
}
