import type { Address } from '../client/client.ts';

/**
 * Opens a door before an upstream whose address ends with `/v1`, and answers with how clients have to ask there. It is open
 * until its process ends.
 */
export type OpenDoor = (upstream: string) => Promise<Address>;

/** The model that everybody is asked for. */
export const model = 'bench-model';

/** What a door has cost since it was asked last. */
export interface DoorCost {
  /** User and system time of all threads of the process. */
  readonly cpuMicroseconds: number;
  /** The most memory that was resident since the process began. */
  readonly peakMegabytes: number;
}
