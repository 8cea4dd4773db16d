// Checks the arguments of a launch request: they come from a file that anybody may have written.
import type { LaunchArguments } from '../protocol/launch.ts';
import { CPU_KINDS } from '../engine/cpuKinds.ts';
import { EXIT, UserError } from '../engine/userError.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && !value.includes('\0');
const isBoolean: Check = (value) => typeof value === 'boolean';
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);
const isTextMap: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).every(
    ([name, text]) => isText(text) && isText(name) && !name.includes('='),
  );

function oneOf(...values: string[]): Check {
  return (value) => typeof value === 'string' && values.includes(value);
}

const isMemory: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 16 && Number(value) <= 256;

/** Attribute, its check, and what it must be. */
const RULES: Readonly<Record<keyof LaunchArguments, readonly [Check, string]>> = {
  program: [isText, 'the path of a static i386 ELF file or a C file'],
  root: [isText, 'the path of a directory'],
  args: [isTextList, 'a list of strings'],
  env: [isTextMap, 'an object of strings'],
  stopOnEntry: [isBoolean, 'true or false'],
  system: [oneOf('l4linux', 'native'), '"l4linux" or "native"'],
  syscalls: [oneOf('library', 'trampoline'), '"library" or "trampoline"'],
  serverSpace: [oneOf('small', 'large'), '"small" or "large"'],
  cpu: [oneOf(...CPU_KINDS), CPU_KINDS.map((kind) => `"${kind}"`).join(' or ')],
  tlb: [oneOf('untagged', 'tagged'), '"untagged" or "tagged"'],
  memory: [isMemory, 'a number of megabytes from 16 to 256'],
  profile: [isBoolean, 'true or false'],
  noDebug: [isBoolean, 'true or false'],
};

/** Throws UserError with one sentence that names the attribute. Attributes of the editor's own are left alone. */
export function checkLaunchArguments(args: unknown): LaunchArguments {
  const given = (args ?? {}) as Record<string, unknown>;
  for (const [name, [check, wanted]] of Object.entries(RULES)) {
    if (given[name] !== undefined && !check(given[name])) {
      throw new UserError(`The launch attribute "${name}" must be ${wanted}.`, EXIT.badArguments);
    }
  }
  return withoutEmpty(given);
}

/** An attribute that is there but empty is as one that is not there. */
function withoutEmpty(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) => value !== '' || (name !== 'program' && name !== 'root'),
    ),
  );
}
