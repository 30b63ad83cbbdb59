import { isRecord } from './json-value.ts';

/**
 * A reader for SvelteKit's `__data.json`: every value stands in one flat array, and objects hold indices into it
 * (`devalue`). Only what is asked for is followed, so types that this side doesn't know do no harm.
 */
export interface DataNode {
  /** The value of a field of an object, by the object's own index. */
  field(object: number, name: string): number | undefined;
  /** The indices of an array's entries; empty where it is none. */
  entries(array: number): readonly number[];
  /** A string, by its index. */
  text(index: number | undefined): string | undefined;
}

/** The root of a node. */
export const rootIndex = 0;

/** The nodes of a `__data.json`, the outermost layout first; empty where the value is none. */
export function readDataNodes(value: unknown): readonly DataNode[] {
  if (!isRecord(value) || value.type !== 'data' || !Array.isArray(value.nodes)) return [];
  return value.nodes.flatMap((node: unknown) =>
    isRecord(node) && Array.isArray(node.data) ? [dataNode(node.data)] : [],
  );
}

function dataNode(values: readonly unknown[]): DataNode {
  return {
    field(object, name) {
      const fields = values[object];
      if (!isRecord(fields) || !Object.hasOwn(fields, name)) return undefined;
      const index = fields[name];
      // Negative indices stand for undefined, holes, NaN and the like.
      return typeof index === 'number' && index >= 0 ? index : undefined;
    },
    entries(array) {
      const list = values[array];
      return Array.isArray(list)
        ? list.filter((index): index is number => typeof index === 'number' && index >= 0)
        : [];
    },
    text(index) {
      const text = index === undefined ? undefined : values[index];
      return typeof text === 'string' ? text : undefined;
    },
  };
}
