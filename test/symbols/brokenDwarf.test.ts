// Broken debug information: the image then works as a stripped one and says so in one sentence, or what is asked for
// fails with a FormatError; nothing hangs, and nothing else is thrown.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FormatError } from '../../src/base/bytes.ts';
import { SymbolImage } from '../../src/symbols/image.ts';
import { Random } from '../emulator/randomInstructions.ts';
import { guestProgram } from '../support/paths.ts';

const ROUNDS = 600;

/** Where a section's bytes stand in the file. */
function rangeOf(file: Buffer, bytes: Uint8Array): { at: number; length: number } {
  return { at: bytes.byteOffset - file.byteOffset, length: bytes.length };
}

/** Asks for everything that a debugger asks for. */
function useAll(image: SymbolImage): void {
  for (const { low } of image.functions.slice(0, 40)) {
    image.sourceFrames(low + 2);
    image.frames.rulesAt(low + 1);
  }
  image.types.named('struct body');
  image.lines.addressesOf(() => true, 8);
}

describe('an image with broken debug information', () => {
  const file = readFileSync(guestProgram('hello'));
  const whole = new SymbolImage('hello', file);
  const sections = whole.elf.sections.filter(({ name }) => name.startsWith('.debug'));

  it(`is never worse than a sentence, in ${ROUNDS} random damages (seed 0xd3a7f)`, function () {
    this.timeout(120_000);
    const random = new Random(0xd3a7f);
    let problems = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = Buffer.from(file);
      const { at, length } = rangeOf(file, random.pick(sections).bytes);
      for (let count = 1 + random.below(6); count > 0; count -= 1) {
        bytes[at + random.below(length)] = random.below(256);
      }
      const image = new SymbolImage('broken', bytes);
      problems += image.problem === undefined ? 0 : 1;
      assert.match(
        image.problem ?? 'The debug information of broken cannot',
        /^The debug information of broken cannot/,
      );
      try {
        useAll(image);
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }
    assert.ok(problems > ROUNDS / 20, `${problems} damages were noticed`);
  });

  it('keeps the symbol table when a whole section is rubbish', () => {
    const bytes = Buffer.from(file);
    const info = sections.find(({ name }) => name === '.debug_info')!;
    const { at, length } = rangeOf(file, info.bytes);
    bytes.fill(0x55, at, at + length);
    const image = new SymbolImage('broken', bytes);
    assert.match(image.problem ?? '', /^The debug information of broken cannot be used: /);
    const main = whole.functionNamed('main')!;
    assert.equal(image.describe(main.low), 'main');
  });

  it('or a broken header is refused by a FormatError alone', () => {
    const random = new Random(0xe1f);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = Buffer.from(file);
      for (let count = 1 + random.below(4); count > 0; count -= 1) {
        bytes[random.below(52 + 4 * 32)] = random.below(256);
      }
      try {
        useAll(new SymbolImage('broken', bytes));
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
      }
    }
  });
});
