import type { SignalSource } from '@sluice/gateway';
import type { EndSignal, Io } from '../terminal/io.ts';

/** The signals of a command as the gateway listens to them. */
export function signalSource(io: Pick<Io, 'onSignal'>): SignalSource {
  const stops = new Map<string, Map<() => void, () => void>>();
  return {
    on(signal, listener) {
      const stop = io.onSignal((each: EndSignal) => {
        if (each === signal) listener();
      });
      const listeners = stops.get(signal) ?? new Map();
      stops.set(signal, listeners.set(listener, stop));
    },
    off(signal, listener) {
      stops.get(signal)?.get(listener)?.();
      stops.get(signal)?.delete(listener);
    },
  };
}
