// The configuration is src/site-config.ts. Node loads it as it is; VitePress would bundle it first, with an older compiler.
const { siteConfig } = await import(new URL('../src/site-config.ts', import.meta.url).href);

export default siteConfig;
