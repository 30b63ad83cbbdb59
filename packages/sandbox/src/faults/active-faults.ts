import type { Phase, ServiceName } from '../service.ts';
import { BEHAVIOURS } from './behaviours.ts';
import type { FaultName } from './catalogue.ts';
import type { AppliedFault } from './fault-behaviour.ts';
import { completeFault, type FaultRequest, faultRow } from './fault-request.ts';

/** Services by name, the five chat-ui servers together, or all of them. */
export type ServiceSelector = ServiceName | 'h2o' | '*';

/**
 * Where a fault strikes. A service alone means its generating requests (phase `message`); other steps
 * (`create`, `delete`, …) are named, and `*` means every request.
 */
export type FaultTarget =
  | ServiceSelector
  | { readonly service: ServiceSelector; readonly phase?: Phase | '*' };

/** The faults that are switched on. */
export interface ActiveFaults {
  /**
   * Switches a fault on. The newest one that fits a request is applied.
   * @throws {RangeError} When the fault or a parameter is unknown.
   */
  set(target: FaultTarget, fault: FaultName | FaultRequest): void;
  clear(target?: FaultTarget): void;
  /** The fault for this request, counting it. */
  take(service: ServiceName, phase: Phase, asked: FaultRequest | undefined): AppliedFault | undefined;
}

interface Entry {
  readonly key: string;
  readonly service: ServiceSelector;
  readonly phase: Phase | '*';
  readonly fault: AppliedFault;
  left: number;
}

function parts(target: FaultTarget): Pick<Entry, 'key' | 'service' | 'phase'> {
  const { service, phase = 'message' } = typeof target === 'string' ? { service: target } : target;
  return { key: `${service} ${phase}`, service, phase };
}

function concerns(selector: ServiceSelector, service: ServiceName): boolean {
  return selector === '*' || selector === service || (selector === 'h2o' && service.startsWith('h2o-'));
}

function apply(request: FaultRequest): AppliedFault {
  const { name, parameters } = completeFault(request);
  return {
    name,
    streamOnly: faultRow(name).streamOnly,
    behaviour: BEHAVIOURS[name],
    text: (parameter) => String(parameters[parameter] ?? ''),
    number: (parameter) => Number(parameters[parameter]),
  };
}

/** Creates an empty set of {@link ActiveFaults}. */
export function createActiveFaults(): ActiveFaults {
  let entries: Entry[] = [];
  return {
    set: (target, fault) => {
      const where = parts(target);
      const request = typeof fault === 'string' ? { name: fault } : fault;
      entries = entries.filter((entry) => entry.key !== where.key);
      entries.unshift({ ...where, fault: apply(request), left: request.times ?? Number.POSITIVE_INFINITY });
    },
    clear: (target) => {
      const key = target === undefined ? undefined : parts(target).key;
      entries = key === undefined ? [] : entries.filter((entry) => entry.key !== key);
    },
    take: (service, phase, asked) => {
      if (asked !== undefined && phase === 'message') return apply(asked);
      const entry = entries.find(
        (candidate) =>
          concerns(candidate.service, service) && (candidate.phase === '*' || candidate.phase === phase),
      );
      if (entry === undefined) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) entries = entries.filter((candidate) => candidate !== entry);
      return entry.fault;
    },
  };
}
