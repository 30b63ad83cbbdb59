type Fields = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 16;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Follows a `$ref` such as `#/$defs/step` inside the root schema. */
function resolve(reference: string, root: unknown): unknown {
  let here: unknown = root;
  for (const step of reference.replace(/^#\/?/u, '').split('/').filter(Boolean)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    here = isObject(here) ? here[key] : undefined;
  }
  return here;
}

function objectOf(schema: Fields, root: unknown, text: string, depth: number): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return Object.fromEntries(required.map((name) => [name, instance(properties[name], root, text, depth)]));
}

function stringOf(schema: Fields, text: string): string {
  const minimum = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const maximum = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY;
  return text.padEnd(minimum, '.').slice(0, maximum);
}

function numberOf(schema: Fields): number {
  const low = [schema.minimum, schema.exclusiveMinimum].filter((value) => typeof value === 'number');
  if (low.length === 0) {
    return typeof schema.maximum === 'number' ? Math.min(0, Math.floor(schema.maximum)) : 0;
  }
  const minimum = Math.ceil(Math.max(...low));
  return minimum === schema.exclusiveMinimum ? minimum + 1 : minimum;
}

function ofType(type: unknown, schema: Fields, root: unknown, text: string, depth: number): unknown {
  switch (type) {
    case 'object':
      return objectOf(schema, root, text, depth);
    case 'array': {
      const length = typeof schema.minItems === 'number' ? schema.minItems : 0;
      return Array.from({ length }, () => instance(schema.items, root, text, depth));
    }
    case 'string':
      return stringOf(schema, text);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function instance(schema: unknown, root: unknown, text: string, depth: number): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return null;
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  if (typeof schema.$ref === 'string') return instance(resolve(schema.$ref, root), root, text, depth + 1);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(alternatives)) return instance(alternatives[0], root, text, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  return ofType(type ?? (schema.properties ? 'object' : 'string'), schema, root, text, depth + 1);
}

/**
 * Makes the smallest value that fits a JSON Schema, with `text` where a string is asked for. Knows the
 * keywords that structured outputs use; patterns and formats are not looked at.
 */
export function schemaInstance(schema: unknown, text: string): unknown {
  return instance(schema, schema, text, 0);
}
