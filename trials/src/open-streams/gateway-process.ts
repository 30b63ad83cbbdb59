// The gateway as a process of its own, before one upstream. It answers `memory` with what it holds, garbage collected first.
//
//   node --expose-gc gateway-process.ts <port of the upstream>
import { startGateway } from '@sluice/gateway';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createRegistry } from '@sluice/registry';

const baseURL = `http://127.0.0.1:${process.argv[2]}/v1`;
const gateway = await startGateway({
  load: () => ({
    registry: createRegistry({ providers: [createOpenAICompatible({ id: 'up', baseURL })] }),
    server: { port: 0, drainMs: 30_000 },
  }),
  signals: process,
  logger: { stream: { write() {} } },
});

process.on('message', (message) => {
  if (message === 'collect') (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({
    rss,
    heapUsed,
    arrayBuffers,
    cpuMs: (user + system) / 1_000,
    inFlight: gateway.app.sluice.inFlight,
  });
});
process.send?.(gateway.url);
await gateway.closed;
process.disconnect();
