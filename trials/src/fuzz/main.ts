// Throws random and nearly valid input at the parts that read what others wrote, for as long as it is told to: `npm run fuzz`.
//
//   --seconds 120             shared evenly between the properties
//   --seed 7                  other cases; drawn and printed by default
//   --only decoders[/splits]  one area, or one property of it
//   --path 4711               with --seed and --only: the case that a failure named
//
// Exit code 1 if any case failed.
import { parseArgs } from 'node:util';
import { areas } from './areas.ts';
import type { FuzzOutcome, FuzzProperty } from './fuzz-property.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string' },
    only: { type: 'string' },
    path: { type: 'string' },
  },
});

/** Something nobody waited for has failed: no property would see it. */
let strays = 0;
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => {
    strays += 1;
    console.error(`${event}: ${error instanceof Error ? error.stack : String(error)}`);
  });
}

const [onlyArea, onlyProperty] = values.only?.split('/') ?? [];
const mistake = mistakeIn();
if (mistake === undefined) process.exitCode = (await run()) === 0 && strays === 0 ? 0 : 1;
else {
  console.error(`fuzz: ${mistake}`);
  process.exitCode = 2;
}

function mistakeIn(): string | undefined {
  if (onlyArea !== undefined && !Object.hasOwn(areas, onlyArea)) {
    return `there is no area "${onlyArea}". Areas: ${Object.keys(areas).join(', ')}`;
  }
  if (!(Number(values.seconds) > 0)) return '--seconds must be a number above 0';
  if (values.seed !== undefined && !Number.isInteger(Number(values.seed))) return '--seed must be an integer';
  if (values.path !== undefined && (values.seed === undefined || onlyProperty === undefined)) {
    return '--path needs --seed and --only <area>/<property>: it is a place in the cases of one property';
  }
  return undefined;
}

/** Answers how many properties failed. */
async function run(): Promise<number> {
  const seed = values.seed === undefined ? Math.trunc(Math.random() * 0x7fff_ffff) : Number(values.seed);
  const chosen = Object.entries(areas).filter(([name]) => onlyArea === undefined || name === onlyArea);
  console.log(`seed ${seed}, Node ${process.version}`);
  let failures = 0;
  let tried = 0;
  for (const [name, open] of chosen) {
    await using area = await open();
    const properties = area.properties.filter(
      (each) => onlyProperty === undefined || each.name === onlyProperty,
    );
    if (properties.length === 0) {
      console.error(
        `fuzz: ${name} has no property "${onlyProperty}". It has: ${area.properties.map((each) => each.name).join(', ')}`,
      );
      return 1;
    }
    const timeLimitMs = (Number(values.seconds) * 1_000) / chosen.length / properties.length;
    for (const property of properties) {
      const startedAt = performance.now();
      const outcome = await property.check({
        seed,
        ...(values.path === undefined ? { timeLimitMs } : { path: values.path }),
      });
      tried += outcome.cases;
      report(name, property, outcome, performance.now() - startedAt);
      if (outcome.failure) failures += 1;
    }
  }
  console.log(`${tried} cases, ${failures} properties failed${strays > 0 ? `, ${strays} stray errors` : ''}`);
  return failures;
}

function report(area: string, { name }: FuzzProperty, { cases, failure }: FuzzOutcome, tookMs: number): void {
  const figures = `${area}/${name}: ${cases} cases in ${(tookMs / 1_000).toFixed(1)} s`;
  if (!failure) {
    console.log(`held    ${figures}`);
    return;
  }
  console.log(`FAILED  ${figures}`);
  console.log(
    `  again: npm run fuzz -- --only ${area}/${name} --seed ${failure.seed} --path ${failure.path}`,
  );
  console.log(`  case: ${failure.counterexample}`);
  console.log(`  ${failure.error.replaceAll('\n', '\n  ')}`);
}
