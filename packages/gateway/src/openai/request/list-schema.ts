import { z } from 'zod';

/** The most unknown fields that the entries of one list are told of together. */
export const mostUnknownFields = 100;

const entrySchemas = new WeakMap<object, z.ZodType>();

/**
 * A list that is read up to its first wrong entry. `z.array` reads on and keeps an issue for every entry, which takes seconds
 * and gigabytes for a body of a few million zeros. Unknown fields are no reason to stop, up to a bound: they may be let through.
 */
export function listSchema<Type>(entry: z.ZodType<Type>, least = 0): z.ZodType<Type[]> {
  const sized = <Entry extends z.ZodType>(list: z.ZodArray<Entry>): z.ZodArray<Entry> =>
    least === 0 ? list : list.min(least);
  const schema = sized(z.array(z.unknown())).transform((entries, context): Type[] => {
    const read: Type[] = [];
    let unknownFields = 0;
    for (const [index, input] of entries.entries()) {
      const result = entry.safeParse(input);
      if (result.success) {
        read.push(result.data);
        continue;
      }
      for (const issue of result.error.issues) {
        context.issues.push({ ...issue, input, path: [index, ...issue.path] } as z.core.$ZodRawIssue);
        unknownFields += issue.code === 'unrecognized_keys' ? issue.keys.length : Number.POSITIVE_INFINITY;
      }
      if (unknownFields > mostUnknownFields) break;
    }
    // Unknown fields do not keep zod from running the transforms around this one: they get a list all the same.
    return read;
  });
  entrySchemas.set(schema.in, sized(z.array(entry)));
  return schema;
}

/** JSON Schema of what a schema takes; its lists have their entries, which zod itself cannot see. */
export function inputJsonSchema(schema: z.ZodType): { readonly [key: string]: unknown } {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const list = entrySchemas.get(zodSchema);
      if (list) Object.assign(jsonSchema, inputJsonSchema(list));
    },
  });
  return json;
}
