// A door's process: opens it, and says what it has cost.

import type { Address } from '../client/client.ts';
import { serve } from '../process/serve.ts';
import type { DoorCost, OpenDoor } from './door.ts';
import { floor } from './doors/floor.ts';
import { portkey } from './doors/portkey.ts';
import { sluice, sluiceServe } from './doors/sluice.ts';

const doors: { readonly [name: string]: OpenDoor } = {
  floor,
  sluice,
  'sluice-serve': sluiceServe,
  portkey,
};

const [, , name = '', upstream = ''] = process.argv;
let before = process.cpuUsage();

serve({
  open: (): Promise<Address> => {
    const door = doors[name];
    if (!door) throw new Error(`there is no door ${name}`);
    return door(upstream);
  },
  cost: (): DoorCost => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    return { cpuMicroseconds: user + system, peakMegabytes: process.resourceUsage().maxRSS / 1_024 };
  },
});
