import { readFile, stat } from 'node:fs/promises';
import { printable } from '../printable.ts';

/** The longest package.json that is read, in bytes. Those of real packages stay far below. */
const mostBytes = 1024 * 1024;

export type JsonObject = { readonly [key: string]: unknown };

/** A package.json, or why there is none to use. */
export type PackageJson =
  | { readonly content: JsonObject }
  | { readonly missing: true }
  | { readonly problem: string };

/** Reads a package.json as data. Never throws; `__proto__` keys are left out, wherever they stand. */
export async function readPackageJson(path: string): Promise<PackageJson> {
  let text: string;
  try {
    const stats = await stat(path);
    // To open a pipe waits until somebody writes into it.
    if (!stats.isFile()) return { problem: 'it is no file' };
    const { size } = stats;
    if (size > mostBytes) return { problem: `it has ${size} bytes, more than ${mostBytes}` };
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true };
    return { problem: `it cannot be read (${code ?? 'unknown error'})` };
  }
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ''), withoutProto);
    return isJsonObject(content) ? { content } : { problem: 'it holds no JSON object' };
  } catch (error) {
    return { problem: `it is no valid JSON: ${printable((error as Error).message, 200)}` };
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `__proto__` as an own key becomes a prototype in the first careless copy. */
function withoutProto(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}
