// The shell of the default root, and through it everything that a shell needs: fork, execve, pipes, descriptors.
import assert from 'node:assert/strict';
import { buildImages, runLinux, type LinuxOptions, type LinuxRun } from './linuxMachine.ts';

const systems: readonly (Pick<LinuxOptions, 'system' | 'syscalls'> & { readonly title: string })[] =
  [
    { title: 'on the bare machine', system: 'native' },
    { title: 'on L4 by the library', system: 'l4linux', syscalls: 'library' },
    { title: 'on L4 by the trampoline', system: 'l4linux', syscalls: 'trampoline' },
  ];

const exited = (code: number): number => code << 8;

/** Lines of a script, each with what it must print. */
const script: readonly (readonly [string, string])[] = [
  [`a=1; b="two words"; echo $a "$b" '$b' $b \\$a`, '1 two words $b two words $a\n'],
  ['for x in one "three four"; do echo "<$x>"; done | cat', '<one>\n<three four>\n'],
  ['if [ $a = 2 ]; then echo no; elif [ $a -lt 2 ]; then echo less; else echo no; fi', 'less\n'],
  ['while [ $a -lt 3 ]; do echo $a; [ $a = 1 ] && a=2 || a=3; done', '1\n2\n'],
  ['for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done', '1\n3\n'],
  ['echo first > /tmp/f; echo second >> /tmp/f; cat < /tmp/f', 'first\nsecond\n'],
  ['cat /no/such 2> /tmp/e || echo "status $?"; cat /tmp/e', 'status 1\n/no/such: No such file or directory\n'],
  ['(cd /tmp; pwd); pwd', '/tmp\n/\n'],
  ['{ echo grouped; false; } || echo "failed $?"', 'grouped\nfailed 1\n'],
  ['x=$(echo inner; echo "$(echo nested)"); echo "$x"', 'inner\nnested\n'],
  ['nosuchprogram 2> /dev/null; echo $?', '127\n'],
  ['echo a | cat | cat | cat', 'a\n'],
  ['! false; echo $?; until true; do :; done', '0\n'],
  [`export V=1; sh -c 'echo $V $0 $1' name argument; V=2 sh -c 'echo $V'; echo $V`, '1 name argument\n2\n1\n'],
  ['read line; echo "got $line"\nthis is data', 'got this is data\n'],
  ['/bin/echo behind > /tmp/b & wait; cat /tmp/b', 'behind\n'],
  ['echo "open\nquote"', 'open\nquote\n'],
  ['ls /bin', 'cat\necho\nhello\nls\nsh\n'],
]; // prettier-ignore

describe('The shell of the default root', () => {
  before(buildImages);

  for (const { title, ...system } of systems) {
    const run = (input: string, more: Partial<LinuxOptions> = {}): LinuxRun =>
      runLinux({ ...system, program: '', input, ...more });

    it(`runs a script from its input ${title}.`, () => {
      const { output, error, status } = run(
        script.map(([line]) => `${line}\n`).join('') + 'exit 3\n',
      );
      assert.equal(output, script.map(([, printed]) => printed).join(''));
      assert.equal(error, '');
      assert.equal(status, exited(3));
    });

    it(`gives a prompt on a terminal and survives ^C there, ${title}.`, () => {
      const { output, error, status } = run('echo hi\nech\x03exit 5\n', {
        terminal: true,
        inputAt: 'idle',
      });
      assert.equal(output, 'echo hi\r\nech^C\r\nexit 5\r\nhi\r\n');
      assert.equal(error, '$ $ ');
      assert.equal(status, exited(5));
    });
  }

  for (const { title, ...system } of systems) {
    it(`gives programs the terminal's modes, and ^C to the foreground only, ${title}.`, () => {
      const { output, error, status } = runLinux({
        ...system,
        program: 'terminal',
        terminal: true,
        typing: ['ab\x7fc\r', 'hidden\r', 'x', '\x7f', '\x04', '\x03'],
      });
      assert.deepEqual(output.split('\r\n'), [
        'ab\b \bc',
        'line: 97 99 10',
        'silent',
        'silent line: 104 105 100 100 101 110 10',
        'characters',
        'character: 120',
        'character: 127',
        'character: 4',
        'foreground given once',
        '^C',
        'the child has ended by signal 2',
        '',
      ]);
      assert.equal(error, '');
      assert.equal(status, exited(0));
    });
  }

  it('ends the program that ^C is for, and the shell goes on.', () => {
    const { error, status } = runLinux({
      system: 'l4linux',
      program: '',
      terminal: true,
      typing: ['cat\n', '\x03', 'echo $?; exit 6\n'],
    });
    assert.equal(error, '$ $ ');
    assert.equal(status, exited(6));
  });

  it('says where a line is wrong and goes on.', () => {
    const { output, error, status } = runLinux({
      system: 'native',
      program: '',
      input: 'echo a; fi )\necho b\n',
    });
    assert.equal(output, 'b\n');
    assert.equal(error, 'sh: syntax error near )\n');
    assert.equal(status, exited(0));
  });

  it('runs a script from a file, with its parameters.', () => {
    const { output } = runLinux({
      system: 'l4linux',
      program: '',
      input: "echo 'echo run $1 $0' > /tmp/s; sh /tmp/s fast\n",
    });
    assert.equal(output, 'run fast /tmp/s\n');
  });
});
