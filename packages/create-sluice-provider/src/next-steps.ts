/** How package managers are told to do things. */
interface PackageManager {
  readonly install: string;
  readonly test: string;
  readonly start: string;
}

const packageManagers: { readonly [name: string]: PackageManager } & { readonly npm: PackageManager } = {
  npm: { install: 'npm install', test: 'npm test', start: 'npm start -- "Hello"' },
  pnpm: { install: 'pnpm install', test: 'pnpm test', start: 'pnpm start "Hello"' },
  yarn: { install: 'yarn install', test: 'yarn test', start: 'yarn start "Hello"' },
};

/** The package manager that runs this, by what it says of itself: `pnpm/12.21.0 npm/? node/v24.21.0`. */
function packageManagerOf(userAgent: string | undefined): PackageManager {
  const [name = ''] = (userAgent ?? '').split('/', 1);
  return (Object.hasOwn(packageManagers, name) && packageManagers[name]) || packageManagers.npm;
}

/**
 * What to do next, a line each.
 *
 * @param folder from the working folder; empty where the package was written into that
 * @param userAgent `npm_config_user_agent` of the environment
 */
export function nextSteps(folder: string, userAgent: string | undefined): readonly string[] {
  const { install, test, start } = packageManagerOf(userAgent);
  const cd = /^[\w@%+=:,./-]*$/.test(folder) ? folder : JSON.stringify(folder);
  const steps = [
    ...(folder === '' ? [] : [[`cd ${cd}`, '']]),
    [install, ''],
    [start, 'your provider answers through `sluice chat`, from a server of its own'],
    [test, 'every rule of the contract, on real sockets'],
  ];
  const width = Math.max(...steps.map(([command = '']) => command.length));
  return steps.map(([command = '', what]) => `  ${command.padEnd(width)}  ${what}`.trimEnd());
}
