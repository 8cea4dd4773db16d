// Every suite that the conformance command knows.
import { qemu } from './qemu.ts';
import type { Suite } from './suite.ts';
import { test386 } from './test386.ts';
import { testFloat } from './testfloatSuite.ts';
import { valgrind } from './valgrind.ts';

export const SUITES: readonly Suite[] = [test386, testFloat, valgrind, qemu];
