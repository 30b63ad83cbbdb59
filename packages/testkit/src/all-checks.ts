import type { Check, CheckGroup, GroupedCheck } from './check.ts';
import { cancellation } from './checks/cancellation.ts';
import { capabilities } from './checks/capabilities.ts';
import { commitPoint } from './checks/commit-point.ts';
import { concurrency } from './checks/concurrency.ts';
import { contract } from './checks/contract.ts';
import { errors } from './checks/errors.ts';
import { framing } from './checks/framing.ts';
import { models } from './checks/models.ts';
import { redaction } from './checks/redaction.ts';
import { requests } from './checks/requests.ts';
import { resources } from './checks/resources.ts';
import { timeouts } from './checks/timeouts.ts';
import { transport } from './checks/transport.ts';
import { truncation } from './checks/truncation.ts';

const groups: { readonly [Group in CheckGroup]: readonly Check[] } = {
  contract,
  'commit point': commitPoint,
  truncation,
  errors,
  timeouts,
  cancellation,
  concurrency,
  framing,
  resources,
  redaction,
  models,
  requests,
  transport,
  capabilities,
};

/** Every check of the kit, in the order of the report. */
export const allChecks: readonly GroupedCheck[] = Object.entries(groups).flatMap(([group, checks]) =>
  checks.map((check) => ({ ...check, group: group as CheckGroup })),
);
