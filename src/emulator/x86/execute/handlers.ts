// The binding of the instruction table's handler names to functions: a name without a function is a type error.
import { aluHandlers } from './alu.ts';
import { bitHandlers } from './bits.ts';
import { branchHandlers } from './branches.ts';
import { fastSystemCallHandlers } from './fastSystemCalls.ts';
import { fpuHandlers } from './fpu.ts';
import { interruptHandlers } from './interrupts.ts';
import { ioHandlers } from './io.ts';
import { modelSpecificHandlers } from './modelSpecificRegisters.ts';
import { moveHandlers } from './moves.ts';
import { multiplyHandlers } from './multiply.ts';
import { segmentHandlers } from './segments.ts';
import { shiftHandlers } from './shifts.ts';
import { simdControlHandlers } from './simdControl.ts';
import { simdHorizontalHandlers } from './simdHorizontal.ts';
import { simdIntegerHandlers } from './simdInteger.ts';
import { simdMoveHandlers } from './simdMoves.ts';
import { simdRealHandlers } from './simdReal.ts';
import { stackHandlers } from './stack.ts';
import { stringHandlers } from './strings.ts';
import { systemHandlers } from './system.ts';

export const HANDLERS = {
  ...aluHandlers,
  ...bitHandlers,
  ...branchHandlers,
  ...fastSystemCallHandlers,
  ...fpuHandlers,
  ...interruptHandlers,
  ...ioHandlers,
  ...modelSpecificHandlers,
  ...moveHandlers,
  ...multiplyHandlers,
  ...segmentHandlers,
  ...shiftHandlers,
  ...simdControlHandlers,
  ...simdHorizontalHandlers,
  ...simdIntegerHandlers,
  ...simdMoveHandlers,
  ...simdRealHandlers,
  ...stackHandlers,
  ...stringHandlers,
  ...systemHandlers,
};

export type HandlerName = keyof typeof HANDLERS;
