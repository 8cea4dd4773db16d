// The symbol reader against gdb: one program, compiled as DWARF 4 and 5, stopped natively by gdb at one place; gdb's
// registers and stack memory are given to our unwinder, and frames, lines, variables and types must be gdb's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { evaluate, type EvaluationScope } from '../../src/symbols/expression/evaluate.ts';
import { SymbolImage } from '../../src/symbols/image.ts';
import { innermostFrame, lookupAddress, REGISTER_NAMES, unwind } from '../../src/symbols/unwind.ts';
import { formatValue, numberOf, valueAt, type ReadMemory } from '../../src/symbols/values.ts';
import { localVariables } from '../../src/symbols/variables.ts';
import { strip } from '../../src/symbols/dwarf/types.ts';
import { root } from '../support/paths.ts';

const SOURCE = path.join(root, 'test/fixtures/nested.c');

interface Stopped {
  readonly image: SymbolImage;
  readonly registers: number[];
  readonly read: ReadMemory;
  /** What gdb answers to its commands. */
  readonly gdb: (...commands: string[]) => string;
}

/** Builds the program, stops it natively at STOP, and takes registers and stack from gdb. */
function stopped(folder: string, flags: readonly string[]): Stopped {
  const program = path.join(folder, `nested${flags.join('')}`);
  const fixed = [
    '-m32',
    '-ffreestanding',
    '-nostdlib',
    '-static',
    '-no-pie',
    '-fno-pie',
    '-fno-stack-protector',
  ];
  execFileSync('gcc', [
    ...fixed,
    '-fcf-protection=none',
    '-fno-asynchronous-unwind-tables',
    ...flags,
    SOURCE,
    '-o',
    program,
  ]);
  const line =
    readFileSync(SOURCE, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('STOP')) + 1;
  const gdb = (...commands: string[]): string => {
    const all = [
      'set confirm off',
      'set pagination off',
      `break ${SOURCE}:${line}`,
      'run',
      ...commands,
    ];
    return execFileSync(
      'gdb',
      ['-nx', '-q', '-batch', ...all.flatMap((each) => ['-ex', each]), program],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
  };
  const dump = path.join(folder, 'stack');
  const text = gdb(
    ...REGISTER_NAMES.map((name) => `printf "${name}=%u\\n", $${name}`),
    `dump binary memory ${dump} $esp $esp+0x600`,
  );
  const registers = REGISTER_NAMES.map((name) =>
    Number(new RegExp(`^${name}=(\\d+)`, 'm').exec(text)?.[1]),
  );
  const stack = new Uint8Array(readFileSync(dump));
  const bytes = new Uint8Array(readFileSync(program));
  const image = new SymbolImage('nested', bytes);
  return { image, registers, gdb, read: memory(image, bytes, stack, registers[4]) };
}

/** The program's own data, by whole pages as it is loaded, and the stack as gdb dumped it. */
function memory(image: SymbolImage, file: Uint8Array, stack: Uint8Array, esp: number): ReadMemory {
  return (address, length) => {
    if (address >= esp && address + length <= esp + stack.length) {
      return stack.slice(address - esp, address - esp + length);
    }
    const pageEnd = (end: number): number => Math.ceil(end / 4096) * 4096;
    const segment = image.elf.segments.find(
      ({ type, virtualAddress, memorySize }) =>
        type === 1 &&
        address >= virtualAddress &&
        address + length <= pageEnd(virtualAddress + memorySize),
    );
    if (segment === undefined) {
      return undefined;
    }
    const bytes = new Uint8Array(length);
    const at = segment.offset + address - segment.virtualAddress;
    bytes.set(file.subarray(at, Math.min(at + length, segment.offset + segment.fileSize)));
    return bytes;
  };
}

const BUILDS = [
  '-gdwarf-4 -O0',
  '-gdwarf-5 -O0',
  '-gdwarf-4 -O2',
  '-gdwarf-5 -O2',
  '-gdwarf-5 -O2 -fomit-frame-pointer',
];

for (const build of BUILDS) {
  describe(`the symbols of a program compiled with ${build}`, () => {
    let folder: string;
    let state: Stopped;

    before(function () {
      this.timeout(60_000);
      folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
      state = stopped(folder, build.split(' '));
    });

    after(() => {
      rmSync(folder, { recursive: true });
    });

    function frames() {
      const { image, registers, read } = state;
      const word = (address: number): number | undefined => {
        const bytes = read(address, 4);
        return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
      };
      const imageAt = (pc: number): SymbolImage | undefined =>
        image.covers(pc) ? image : undefined;
      return unwind(innermostFrame(registers, imageAt(registers[8]), word), imageAt, word).flatMap(
        (machine) =>
          image.sourceFrames(lookupAddress(machine)).map((source) => ({ machine, ...source })),
      );
    }

    it('give the same stack as gdb, inlined calls and lines included', () => {
      const text = state.gdb('backtrace -frame-arguments none');
      const expected = [
        ...text.matchAll(/^#\d+\s+(?:0x[0-9a-f]+ in )?(\w+) \([^)]*\) at .*:(\d+)$/gm),
      ].map(([, name, line]) => `${name}:${line}`);
      const names = frames().map(({ name, line }) => `${name}:${line?.line}`);
      assert.ok(expected.length >= 6, text);
      assert.deepEqual(names.slice(0, expected.length), expected);
    });

    it('give the same arguments and locals where gdb has a value for them', () => {
      const { image, read } = state;
      let compared = 0;
      frames().forEach(({ machine, scope, name }, index) => {
        const text = state.gdb(`frame ${index}`, 'info args', 'info locals');
        if (!new RegExp(`^#${index} `, 'm').test(text)) {
          return; // gdb ends its stack at main
        }
        let outer = scope;
        while (outer?.parent !== undefined && outer.tag !== 0x2e) {
          outer = outer.parent;
        }
        const ours = new Map(
          scope && outer
            ? localVariables(image, machine, scope, outer, read).map((each) => [
                each.name,
                each.value,
              ])
            : [],
        );
        for (const [, variable, value] of text.matchAll(/^(\w+) = (-?\d+)$/gm)) {
          const found = ours.get(variable);
          assert.ok(found, `${name} has a variable ${variable}`);
          assert.equal(String(numberOf(found)), value, `${variable} in ${name}`);
          compared += 1;
        }
      });
      assert.ok(compared >= (build.includes('O0') ? 8 : 2), `${compared} values compared`);
    });

    it('give the same sizes, offsets and values of structures', () => {
      const { image, read } = state;
      const type = image.types.named('struct outer');
      assert.ok(type?.kind === 'struct');
      for (const member of type.members) {
        const text = state.gdb(`printf "@%d\\n", (int)&((struct outer *)0)->${member.name}`);
        assert.equal(member.offset, Number(/@(\d+)/.exec(text)?.[1]), member.name);
      }
      const scope: EvaluationScope = {
        read,
        type: (name) => image.types.named(name),
        lookup: (name) => {
          const global = image.global(name);
          return global && valueAt(global.type, global.address, read);
        },
      };
      const expressions = [
        'sizeof(struct outer)', 'first.colour', 'first.next->colour', 'first.inner[0].low', 'first.inner[0].high',
        'first.inner[1].letter', 'first.next->inner[1].high', 'second.either.number', 'second.either.bytes[1]',
        'second.wide', 'first.wide', '*(int *)&second.colour', 'first.next == &second', '(first.colour << 3) | 1',
        '-first.either.number % 5', 'first.either.number > 40 && !second.next',
      ]; // prettier-ignore
      for (const expression of expressions.slice(1)) {
        const text = state.gdb(`printf "@%lld\\n", (long long)(${expression})`);
        assert.equal(
          String(numberOf(evaluate(expression, scope))),
          /@(-?\d+)/.exec(text)?.[1],
          expression,
        );
      }
      assert.equal(
        strip(type).kind === 'struct' ? type.size : 0,
        Number(/@(\d+)/.exec(state.gdb(`printf "@%d\\n", ${expressions[0]}`))?.[1]),
      );
      assert.match(formatValue(evaluate('first.name', scope), read), /^0x[0-9a-f]+ "first"$/);
      assert.equal(formatValue(evaluate('second.colour', scope), read), 'BLUE');
    });
  });
}

describe('the symbols of a position-independent program', () => {
  const BASE = 0x56555000;

  for (const version of ['-gdwarf-4', '-gdwarf-5']) {
    it(`are where gdb has them when it lies above its link address (${version})`, () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
      try {
        const program = path.join(folder, 'nested');
        const flags = ['-m32', '-ffreestanding', '-nostdlib', '-static-pie', '-fpie', '-O2'];
        execFileSync('gcc', [...flags, version, SOURCE, '-o', program]);
        const image = new SymbolImage('nested', new Uint8Array(readFileSync(program)), BASE);
        const functions = image.functions.filter(({ name }) => image.functionNamed(name));
        const addresses = functions.flatMap(({ low, high }) => [low, ((low + high) >>> 1) >>> 0]);
        const commands = [
          `add-symbol-file ${program} -o ${BASE}`,
          ...addresses.map((address) => `info line *${address}`),
          ...image.globalNames.map((name) => `printf "@%u\\n", (unsigned) &${name}`),
        ];
        const options = ['-nx', '-q', '-batch', ...commands.flatMap((each) => ['-ex', each])];
        const text = execFileSync('gdb', options, { encoding: 'utf8', stdio: 'pipe' });
        const lines = [...text.matchAll(/^Line (\d+) of /gm)].map(([, line]) => Number(line));
        assert.ok(addresses.length >= 6, 'there are functions');
        assert.deepEqual(
          addresses.map((address) => image.lines.lineAt(address)?.line),
          lines,
        );
        const globals = [...text.matchAll(/^@(\d+)/gm)].map(([, address]) => Number(address));
        assert.ok(globals.length > 0, text);
        assert.deepEqual(
          image.globalNames.map((name) => image.global(name)?.address),
          globals,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
