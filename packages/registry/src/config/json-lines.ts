/** An object or list that is open, and the place in it that is being read. */
interface Open {
  readonly isList: boolean;
  key: string | number;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:\n]|[^\s"{}[\],:]+/g;

/**
 * Tells in which line of a JSON text a value stands, counted from 1: that of its key, or its own in a list; for a path that is
 * not there, the line of the nearest one above it. The text must be valid JSON.
 */
export function linesOfJson(text: string): (path: readonly PropertyKey[]) => number {
  const lines = new Map<string, number>();
  const open: Open[] = [];
  let line = 1;
  let expectsKey = false;

  const note = (): void => {
    lines.set(JSON.stringify(open.map(({ key }) => key)), line);
  };

  for (const [part] of text.matchAll(token)) {
    const top = open.at(-1);
    if (part === '\n') line += 1;
    else if (part === '}' || part === ']') open.pop();
    else if (part === ':') expectsKey = false;
    else if (part === ',') {
      if (top?.isList) top.key = Number(top.key) + 1;
      else expectsKey = true;
    } else if (top && !top.isList && expectsKey) {
      top.key = JSON.parse(part) as string;
      note();
    } else {
      if (top?.isList) note();
      if (part !== '{' && part !== '[') continue;
      open.push({ isList: part === '[', key: 0 });
      expectsKey = part === '{';
    }
  }

  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = lines.get(JSON.stringify(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return 1;
  };
}
