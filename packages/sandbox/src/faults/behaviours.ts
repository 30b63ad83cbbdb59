import type { FaultName } from './catalogue.ts';
import { CONNECTION_FAULTS } from './connection-faults.ts';
import type { FaultBehaviour } from './fault-behaviour.ts';
import { FRAMING_FAULTS } from './framing-faults.ts';
import { MID_STREAM_FAULTS } from './mid-stream-faults.ts';
import { REDIRECT_FAULTS } from './redirect-faults.ts';
import { SIZE_FAULTS } from './size-faults.ts';
import { STATUS_FAULTS } from './status-faults.ts';
import { WRONG_ANSWER_FAULTS } from './wrong-answer-faults.ts';

/** How each fault of the table is made. */
export const BEHAVIOURS: Readonly<Record<FaultName, FaultBehaviour>> = {
  ...CONNECTION_FAULTS,
  ...STATUS_FAULTS,
  ...REDIRECT_FAULTS,
  ...WRONG_ANSWER_FAULTS,
  ...FRAMING_FAULTS,
  ...MID_STREAM_FAULTS,
  ...SIZE_FAULTS,
};
