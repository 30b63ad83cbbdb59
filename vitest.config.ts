import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * Every unit test of the workspace in one run. What needs the built packages (the packed tarballs) runs apart:
 * see vitest.pack.config.ts.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'trials/src/**/*.test.ts',
      'bench/src/**/*.test.ts',
      'site/src/**/*.test.ts',
      'tooling/**/*.test.ts',
      'examples/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', 'tooling/pack/**'],
    // Tests open real sockets on loopback: a test that takes longer than this waits for something that never comes.
    testTimeout: 10_000,
    hookTimeout: 10_000,
    teardownTimeout: 5_000,
    // Processes, not threads: a thread has no time zone (TZ), signals or standard streams of its own, and tests need them.
    pool: 'forks',
    // One process for many files: starting one for each cost more processor time than all tests together (44 s and 36 s for
    // 168 files). A file must therefore leave nothing behind, which is what the packages promise of their calls anyway.
    isolate: false,
    // As many as there are cores: tests rarely wait, and with more of them those that measure time fail on a busy machine.
    maxWorkers: '100%',
    // A leftover `.only` would hide every other test.
    allowOnly: false,
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
  },
});

export default config;
