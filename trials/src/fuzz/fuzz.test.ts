import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { areas } from './areas.ts';
import type { OpenArea } from './fuzz-property.ts';

/** Fixed, so that the same cases are tried each time; `npm run fuzz` tries others, for as long as it is told to. */
const seed = 20_261_121;

for (const [name, open] of Object.entries(areas)) {
  describe(name, () => {
    let area: OpenArea;
    beforeAll(async () => {
      area = await open();
    });
    afterAll(async () => {
      await area[Symbol.asyncDispose]();
    });

    it('holds for every case of a round', async () => {
      for (const property of area.properties) {
        const { failure } = await property.check({ seed });
        expect(failure, `${name}/${property.name}`).toBeUndefined();
      }
    }, 60_000);
  });
}
