import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

test('without arguments everything is measured', () => {
  expect(readArguments([])).toEqual({
    parts: ['client', 'gateway', 'routing'],
    quick: false,
    profile: false,
    build: true,
    workloads: [],
    subjects: [],
  });
});

test('parts that are named are measured in their own order', () => {
  expect(readArguments(['routing', 'client'])).toMatchObject({ parts: ['client', 'routing'] });
});

test('a part that does not exist is named, with those that do', () => {
  expect(() => readArguments(['clients'])).toThrow('no part clients; there are: client, gateway, routing');
});

test('options and parts may stand in any order', () => {
  expect(
    readArguments(['--quick', 'gateway', '--workloads', 'long,short', '--no-build', '--rounds=3']),
  ).toMatchObject({
    parts: ['gateway'],
    quick: true,
    build: false,
    workloads: ['long', 'short'],
    rounds: 3,
  });
});

test.each(['0', '-1', 'many', '1.5'])('%s is no number of rounds', (rounds) => {
  expect(() => readArguments([`--rounds=${rounds}`])).toThrow('--rounds takes a whole number above 0');
});

test('an option that does not exist is refused', () => {
  expect(() => readArguments(['--fast'])).toThrow(/--fast/);
});

test('help is asked for', () => {
  expect(readArguments(['client', '--help'])).toBe('help');
});
