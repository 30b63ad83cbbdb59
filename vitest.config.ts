import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * Every unit test of the workspace in one run. What needs the built packages (the packed tarballs) runs apart:
 * see vitest.pack.config.ts.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tooling/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'tooling/pack/**'],
    // Tests open real sockets on loopback: a test that takes longer than this waits for something that never comes.
    testTimeout: 10_000,
    hookTimeout: 10_000,
    teardownTimeout: 5_000,
    // Processes, not threads: undici's global state, signals and open handles stay apart between test files.
    pool: 'forks',
    // A leftover `.only` would hide every other test.
    allowOnly: false,
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
  },
});

export default config;
