import { type FaultName, type FaultParameter, type FaultRow, faults } from './catalogue.ts';

/** A fault that is asked for. */
export interface FaultRequest {
  readonly name: FaultName;
  /** Parameters as the table lists them; what is left out has its default. */
  readonly parameters?: Readonly<Record<string, FaultParameter>>;
  /** Only for the next so many requests that it concerns. Default: until it is cleared. */
  readonly times?: number;
}

const BY_NAME: ReadonlyMap<string, FaultRow> = new Map(faults.map((row) => [row.name, row]));

/**
 * Finds the row of a fault.
 * @throws {RangeError} When there is no such fault.
 */
export function faultRow(name: string): FaultRow {
  const row = BY_NAME.get(name);
  if (row === undefined) throw new RangeError(`No fault is named "${name}". See the table \`faults\`.`);
  return row;
}

/**
 * Reads a fault written as text: `stall; after=3`, the form of the control header and the command line.
 * @throws {RangeError} When the name or a parameter is unknown.
 * @example parseFault('status-429; retryAfter=date; body=html')
 */
export function parseFault(text: string): FaultRequest {
  const [name = '', ...assignments] = text.split(';').map((part) => part.trim());
  const row = faultRow(name);
  const parameters = Object.fromEntries(
    assignments.filter(Boolean).map((assignment) => {
      const at = assignment.indexOf('=');
      return at < 0 ? [assignment, ''] : [assignment.slice(0, at).trim(), assignment.slice(at + 1).trim()];
    }),
  );
  return completeFault({ name: row.name, parameters });
}

/**
 * Fills in defaults and gives each value the type of its default.
 * @throws {RangeError} When a parameter is unknown, or no number where a number is due.
 */
export function completeFault(
  request: FaultRequest,
): FaultRequest & Required<Pick<FaultRequest, 'parameters'>> {
  const row = faultRow(request.name);
  const parameters: Record<string, FaultParameter> = { ...row.parameters };
  for (const [key, value] of Object.entries(request.parameters ?? {})) {
    const standard = row.parameters[key];
    if (standard === undefined) throw new RangeError(`The fault "${row.name}" has no parameter "${key}".`);
    const typed = typeof standard === 'number' ? Number(value) : value;
    if (Number.isNaN(typed)) throw new RangeError(`${row.name}: ${key} must be a number.`);
    parameters[key] = typed;
  }
  return { ...request, parameters };
}
