import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What users get: every package built, packed, and installed from its tarball in an empty folder. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tooling/pack/**/*.test.ts'],
    globalSetup: ['tooling/pack/build-all.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
  },
});

export default config;
