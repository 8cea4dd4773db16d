// The options of the command line: one table for each command; parsing, checking and --help all read it.
import { CPU_KINDS, type CpuKind } from '../engine/cpuKinds.ts';
import { EXIT, UserError } from '../engine/userError.ts';

export interface OptionRule {
  /** "MB", "FILE", ...; undefined for a flag. */
  readonly value?: string;
  readonly help: string;
  readonly repeats?: boolean;
  readonly choices?: readonly string[];
  /** Inclusive range of a whole number. */
  readonly range?: readonly [number, number];
}

export interface CommandRule {
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionRule>>;
  /** The first word that is no option ends the options: the rest belongs to the guest's program. */
  readonly programArguments: boolean;
}

const MACHINE: Readonly<Record<string, OptionRule>> = {
  cpu: {
    value: 'KIND',
    help: 'pentium or i686 (default), with more instructions pentium+mmx, i686+mmx, i686+sse, i686+sse2, i686+sse3, i686+ssse3, i686+movbe',
    choices: CPU_KINDS,
  },
  tlb: {
    value: 'KIND',
    help: "untagged (default), the Pentium's, or tagged by address space, which no Pentium has",
    choices: ['untagged', 'tagged'],
  },
  memory: { value: 'MB', help: 'guest memory, 16 to 256 (default 64)', range: [16, 256] },
  'max-instructions': {
    value: 'N',
    help: 'stop after N instructions, with status 124',
    range: [1, Number.MAX_SAFE_INTEGER],
  },
  stats: { value: 'FILE', help: 'write counts as JSON' },
};

export const COMMANDS: Readonly<Record<string, CommandRule>> = {
  run: {
    usage: 'l4scope run [options] [PROGRAM [ARG...]]',
    summary:
      'boot the bundled system and run a guest program, or on a terminal its shell, to the end',
    programArguments: true,
    options: {
      system: {
        value: 'KIND',
        help: 'l4linux (default) or native',
        choices: ['l4linux', 'native'],
      },
      syscalls: {
        value: 'ROAD',
        help: 'library (default) or trampoline',
        choices: ['library', 'trampoline'],
      },
      'server-space': {
        value: 'SIZE',
        help: "the Linux server's address space on L4: small (default) or large",
        choices: ['small', 'large'],
      },
      root: {
        value: 'DIR',
        help: 'the root file system: a directory, never written to; PROGRAM is a path in it',
      },
      ...MACHINE,
      env: { value: 'K=V', help: 'set an environment variable of the program', repeats: true },
      trace: { value: 'EVENTS', help: 'trace events, separated by commas, as JSON lines' },
      'trace-file': { value: 'FILE', help: 'where the trace goes (default: stderr)' },
      profile: { value: 'FILE', help: 'write call paths; .folded: collapsed stacks' },
    },
  },
  boot: {
    usage:
      'l4scope boot [options] IMAGE | l4scope boot [options] --disk FILE | l4scope boot [options] --rom FILE',
    summary:
      'boot any Multiboot 1 image or the boot sector of a disk, its first serial port on stdin and stdout, or run a raw ROM',
    programArguments: false,
    options: {
      module: { value: 'FILE[=CMDLINE]', help: 'load a module', repeats: true },
      disk: {
        value: 'FILE',
        help: 'an IDE drive with these bytes, at most two; without IMAGE the first is booted; the file is never written to',
        repeats: true,
      },
      screen: {
        help: 'show the screen (VGA text): on a terminal while it changes, else when the run ends',
      },
      keyboard: { help: 'stdin is typed on the keyboard, not sent to the serial port' },
      rom: {
        value: 'FILE',
        help: 'a raw ROM, ending at 0xFFFFF and 0xFFFFFFFF; console on port E9h, status 0 if the last POST code is FF',
      },
      cmdline: { value: 'TEXT', help: "the image's command line" },
      ...MACHINE,
    },
  },
  dap: {
    usage: 'l4scope dap [--port N]',
    summary: 'serve the Debug Adapter Protocol on stdio, or on a port of the loopback address',
    programArguments: false,
    options: {
      port: { value: 'N', help: 'port of the loopback address (0: any)', range: [0, 65535] },
    },
  },
};

export interface ParsedOptions {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
}

/** Throws UserError (status 2) with one sentence. */
export function parseOptions(name: string, args: readonly string[]): ParsedOptions {
  const rule = COMMANDS[name];
  const values = new Map<string, string[]>();
  const rest = [...args];
  const words: string[] = [];
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    if (word === '--') {
      words.push(...rest);
      break;
    }
    if (!word.startsWith('--')) {
      words.push(word);
      if (rule.programArguments) {
        words.push(...rest);
        break;
      }
      continue;
    }
    const [option, attached] = splitOnce(word.slice(2));
    const found = Object.hasOwn(rule.options, option) ? rule.options[option] : undefined;
    if (found === undefined) {
      throw usageError(name, `there is no option --${option}`);
    }
    const value = found.value === undefined ? '' : (attached ?? rest.shift());
    checkValue(name, option, found, value);
    values.set(option, [
      ...(found.repeats === true ? (values.get(option) ?? []) : []),
      value ?? '',
    ]);
  }
  return { values, words };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function checkValue(
  name: string,
  option: string,
  rule: OptionRule,
  value: string | undefined,
): void {
  if (value === undefined) {
    throw usageError(name, `--${option} needs ${rule.value}`);
  }
  if (rule.choices !== undefined && !rule.choices.includes(value)) {
    throw usageError(name, `--${option} must be ${rule.choices.join(' or ')}, not "${value}"`);
  }
  if (rule.range !== undefined) {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (!(number >= rule.range[0] && number <= rule.range[1])) {
      const [low, high] = rule.range;
      throw usageError(
        name,
        `--${option} must be a whole number from ${low} to ${high}, not "${value}"`,
      );
    }
  }
}

export function usageError(name: string, reason: string): UserError {
  return new UserError(`${reason}; see l4scope ${name} --help.`, EXIT.badArguments);
}

/** The last value given for an option. */
export function option(parsed: ParsedOptions, name: string): string | undefined {
  return parsed.values.get(name)?.at(-1);
}

/** The kind of processor; the choices were checked when the options were parsed. */
export function cpuOption(parsed: ParsedOptions): CpuKind {
  const given = option(parsed, 'cpu');
  return CPU_KINDS.find((kind) => kind === given) ?? 'i686';
}

export function helpText(name?: string): string {
  const shown = name === undefined ? Object.entries(COMMANDS) : [[name, COMMANDS[name]] as const];
  const sections = shown.map(([, rule]) => {
    const rows = Object.entries(rule.options).map(([option, { value, help }]) => {
      const left = `  --${option}${value === undefined ? '' : ` ${value}`}`;
      return `${left.padEnd(26)} ${help}`;
    });
    return [`${rule.usage}\n    ${rule.summary}`, ...rows].join('\n');
  });
  const statuses =
    'Exit status: that of the program (128+N for signal N); 2 bad arguments, 3 an image or program that\n' +
    'cannot be loaded, 4 the guest kernel panicked, 124 the instruction limit was reached.';
  return `${sections.join('\n\n')}\n\n${statuses}\n`;
}
