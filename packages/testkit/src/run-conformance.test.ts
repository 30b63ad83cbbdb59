import type { ChatProvider } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { allChecks } from './all-checks.ts';
import { referenceProvider, referenceSubject, referenceUpstream } from './reference-provider.fixture.ts';
import { runConformance } from './run-conformance.ts';
import type { Subject } from './subject.ts';

test('a provider that keeps every rule passes every check', async () => {
  const report = await runConformance(referenceSubject());
  expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect(report).toMatchObject({
    provider: 'reference',
    failed: 0,
    passed: allChecks.length - 2,
    notApplicable: 2,
  });
});

test('what is left upstream is counted after the calls', async () => {
  const subject = (leftovers: () => number): Subject => ({
    ...referenceSubject(),
    upstream: { ...referenceUpstream, leftovers },
  });
  const only = { only: ['nothing-left-upstream'] };
  expect(
    await runConformance(
      subject(() => 0),
      only,
    ),
  ).toMatchObject({ passed: 1 });
  expect(
    (
      await runConformance(
        subject(() => 3),
        only,
      )
    ).results,
  ).toMatchObject([
    { outcome: 'failed', message: 'what is left upstream of four calls after close(): expected 0, got 3' },
  ]);
});

test('a model that only the upstream knows has to reach it', async () => {
  const subject = (open: boolean): Subject => ({
    ...referenceSubject({ spec: (spec) => ({ ...spec, models: { ...spec.models, open } }) }),
    declares: { anyModel: 'the upstream knows' },
  });
  const only = { only: ['model-passed-on', 'unknown-model'] };
  expect(await runConformance(subject(true), only)).toMatchObject({ passed: 1, notApplicable: 1 });
  expect((await runConformance(subject(false), only)).results).toMatchObject([
    { id: 'unknown-model', outcome: 'not applicable', reason: 'the upstream knows' },
    { id: 'model-passed-on', outcome: 'failed', message: expect.stringContaining('got model-not-found') },
  ]);
});

describe('a check that is declared impossible', () => {
  const subject = (impossible: { readonly [id: string]: string }, silent = false): Subject => ({
    ...referenceSubject(silent ? { capabilities: { seed: 'yes' as never } } : {}),
    declares: { impossible },
  });
  const only = { only: ['identity'] };

  test('is run, and stands in the report with its reason and with how it failed', async () => {
    const report = await runConformance(subject({ identity: 'it has another word' }, true), only);
    expect(report).toMatchObject({
      passed: 0,
      failed: 0,
      declared: 1,
      results: [
        {
          outcome: 'declared',
          reason: 'it has another word',
          message: expect.stringContaining('capabilities.seed must be'),
        },
      ],
    });
  });

  test('fails where it passes: the declaration is stale', async () => {
    const report = await runConformance(subject({ identity: 'it has another word' }), only);
    expect(report.results).toMatchObject([
      {
        outcome: 'failed',
        message:
          'declares.impossible says that this cannot be (it has another word), but it is: take the declaration away',
      },
    ]);
  });

  test.each([
    [{ 'no-such-check': 'so it is' }, 'declares.impossible names no-such-check, and there is no such check'],
    [{ identity: ' ' }, 'say in declares.impossible why identity is'],
    [
      { 'nothing-left-upstream': 'so it is' },
      'declares.impossible names nothing-left-upstream, which does not apply anyway',
    ],
  ])('is told what is wrong with it: %j', async (impossible, message) => {
    await expect(runConformance(subject(impossible))).rejects.toThrow(message);
  });
});

test('who hands calls on says whom its streams and errors may name', async () => {
  const renamed = (provider: ChatProvider): ChatProvider => ({ ...provider, id: 'in-front' });
  const subject = (answeredBy: readonly string[]): Subject => ({
    ...referenceSubject({ wrap: renamed }),
    answeredBy,
  });
  const only = { only: ['result', 'names-itself', 'rejects-status', 'models-refused'] };
  expect(await runConformance(subject(['reference']), only)).toMatchObject({ passed: 4, failed: 0 });
  expect((await runConformance(subject(['somebody']), only)).results).toMatchObject([
    { outcome: 'failed', message: 'the provider of result(): expected "in-front", got "reference"' },
    { outcome: 'failed', message: 'stream.provider: expected "in-front", got "reference"' },
    {
      outcome: 'failed',
      message: 'a 500: the error must name its provider, in-front or somebody, got reference',
    },
    {
      outcome: 'failed',
      message: 'the provider that the error names: expected "in-front", got "reference"',
    },
  ]);
});

test('a provider that hangs fails its checks, and does not hang the kit', async () => {
  const report = await runConformance(
    {
      create: ({ baseURL, credential }) =>
        referenceProvider(baseURL, credential, {
          wrap: (provider) => ({ ...provider, close: () => new Promise(() => {}) }),
        }),
      upstream: referenceUpstream,
      patienceMs: 100,
    },
    { only: ['close-twice'] },
  );
  expect(report.results).toMatchObject([
    { outcome: 'failed', message: 'waiting for close(): nothing happened within 100 ms' },
  ]);
});

describe('a subject that is not described well enough', () => {
  const { error: _, models: __, ...quiet } = referenceUpstream;

  test.each<readonly [string, Partial<Subject>, string]>([
    [
      'says nothing of error events and models',
      { upstream: quiet },
      'describe upstream.error, or say in declares.noErrorEvents why there is none; describe upstream.models, or say in declares.noModelList why there is none',
    ],
    [
      'says both that there are error events and that there are none',
      {
        upstream: { ...referenceUpstream, end: 'data: {"end":"stop"}\n\n' },
        declares: { noErrorEvents: 'none' },
      },
      'upstream.error is described, and declares.noErrorEvents says that there is none',
    ],
    [
      'has no end',
      { upstream: { ...referenceUpstream, end: '' } },
      'describe upstream.end, or say in declares.endOfBody why there is none',
    ],
    [
      'is neither an event stream nor lines',
      { upstream: { ...referenceUpstream, framing: 'other' } },
      'describe upstream.keepAlive, or say in declares.noKeepAlive why there is none; describe upstream.malformed',
    ],
    [
      'declares tools, and cannot write a tool call',
      { upstream: (({ toolCall: _call, ...rest }) => rest)(referenceUpstream) },
      'capabilities.tools is native: describe upstream.toolCall, or say why not in declares.noToolCalls',
    ],
  ])('%s: it is told what to add', async (_name, parts, message) => {
    await expect(runConformance({ ...referenceSubject(), ...parts })).rejects.toThrow(message);
  });
});
