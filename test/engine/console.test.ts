// What the guest writes cannot act on the person's terminal: titles, clipboard, links and reports are dropped,
// however the sequence is cut; colours and cursor movement pass.
import assert from 'node:assert/strict';
import { ConsoleFilter } from '../../src/engine/console.ts';

function shown(text: string, pieces = 1): string {
  const filter = new ConsoleFilter();
  const bytes = Buffer.from(text, 'latin1');
  const size = Math.ceil(bytes.length / pieces);
  let result = '';
  for (let at = 0; at < bytes.length; at += size) {
    result += Buffer.from(filter.filter(bytes.subarray(at, at + size))).toString('latin1');
  }
  return result;
}

describe('the filter of the guest console', () => {
  const DROPPED: readonly [string, string][] = [
    ['a window title', '\x1b]0;owned\x07'],
    ['a title ended by ST', '\x1b]2;owned\x1b\\'],
    ['a write to the clipboard', '\x1b]52;c;ZXZpbA==\x07'],
    ['a hyperlink', '\x1b]8;;http://evil.example\x1b\\'],
    ['a device control string', '\x1bPq#0;2;0;0;0\x1b\\'],
    ['a privacy message', '\x1b^secret\x1b\\'],
    ['an application command', '\x1b_Gf=100\x1b\\'],
    ['a request for the cursor position', '\x1b[6n'],
    ['a request for the terminal’s attributes', '\x1b[c'],
    ['a window operation', '\x1b[3;0;0t'],
  ];
  for (const [name, sequence] of DROPPED) {
    it(`drops ${name}, whole or in pieces`, () => {
      for (const pieces of [1, 2, 3, sequence.length + 2]) {
        assert.equal(shown(`a${sequence}b`, pieces), 'ab');
      }
    });
  }

  it('lets colours, cursor movement and plain text pass', () => {
    const text = '\x1b[1;31mred\x1b[0m \x1b[2J\x1b[H\tok\r\n\xe9';
    assert.equal(shown(text), text);
    assert.equal(shown(text, 7), text);
  });

  it('does not hold back more than a sequence when it never ends', () => {
    assert.equal(shown(`\x1b]0;${'x'.repeat(100_000)}`), '');
  });
});
