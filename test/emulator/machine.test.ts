// The machine as its owner drives it: runs of exact length, hooks, inputs, snapshots and replay. Whatever an observer
// does, the guest's state is the same; the state hash says so.
import assert from 'node:assert/strict';

import type { RunResult } from '../../src/emulator/machineOptions.ts';
import { assembleImage } from '../support/machineAssemble.ts';
import { machineWith, testMachine, type TestMachine } from '../support/machineTest.ts';
import {
  ENABLE_PAGING,
  FINISH,
  IDENTITY_TABLES,
  LOAD_TABLES,
  TABLES,
  enterUser,
  gate,
} from '../support/pagingAssembly.ts';

/** Both 8259s at vectors 0x20 and 0x28; IRQ 0, 4 and the cascade open. */
const PICS = `
  mov $0x11, %al; out %al, $0x20; out %al, $0xa0
  mov $0x20, %al; out %al, $0x21; mov $0x28, %al; out %al, $0xa1
  mov $4, %al; out %al, $0x21; mov $2, %al; out %al, $0xa1
  mov $1, %al; out %al, $0x21; out %al, $0xa1
  mov $0xea, %al; out %al, $0x21; mov $0xfe, %al; out %al, $0xa1
`;

/** The 8254 at about 4 kHz in mode 2. */
const TIMER =
  'mov $0x34, %al; out %al, $0x43; mov $44, %al; out %al, $0x40; mov $1, %al; out %al, $0x40';

/** COM1: FIFO on, receive interrupt, OUT2. */
const SERIAL = `
  mov $0x3fa, %dx; mov $1, %al; out %al, %dx
  mov $0x3f9, %dx; mov $1, %al; out %al, %dx
  mov $0x3fc, %dx; mov $0xb, %al; out %al, %dx
`;

const ECHO = `
serial:
  pusha
1: mov $0x3fd, %dx
  in %dx, %al
  test $1, %al
  jz 2f
  mov $0x3f8, %dx
  in %dx, %al
  out %al, %dx
  jmp 1b
2: mov $0x20, %al
  out %al, $0x20
  popa
  iret
timer:
  push %eax
  incl ticks
  mov $0x20, %al
  out %al, $0x20
  pop %eax
  iret
call:
  incl calls
  iret
  .data
ticks: .long 0
calls: .long 0
  .text
`;

/** Ring 3 works on memory and calls the kernel; a timer and a serial port interrupt it. Never ends. */
const BUSY = `
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  ${gate(0x20, 'timer')}
  ${gate(0x24, 'serial')}
  ${gate(0x30, 'call', 0xee)}
  ${PICS}
  ${TIMER}
  ${SERIAL}
  ${IDENTITY_TABLES}
  ${ENABLE_PAGING}
  ${enterUser('user', 0x70000)}
user:
  mov $0x400000, %edi
1: mov %edi, %eax
  imul $69069, %eax
  add (%edi), %eax
  mov %eax, 4(%edi)
  movzbl 5(%edi), %ecx
  add $0x1004, %edi
  cmp $0x500000, %edi
  jb 2f
  mov $0x400000, %edi
  int $0x30
2: lea (%eax,%ecx,4), %esi
  push %esi
  call 3f
  pop %edx
  jmp 1b
3: shr $3, %esi
  adc %esi, %ebx
  ret
  ${ECHO}
  ${TABLES}`;

/** Echoes and sleeps. */
const SLEEPY = `
  .globl start
start:
  mov $0x90000, %esp
  ${LOAD_TABLES}
  ${gate(0x20, 'timer')}
  ${gate(0x24, 'serial')}
  ${PICS}
  ${TIMER}
  ${SERIAL}
1: sti
  hlt
  jmp 1b
  ${ECHO}
  ${TABLES}`;

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function runSleeping(machine: TestMachine, instructions: number): RunResult {
  const end = machine.instructionCount + instructions;
  for (;;) {
    const result = machine.run(end - machine.instructionCount);
    if (result.reason !== 'idle' || !machine.skipIdle()) {
      return result;
    }
  }
}

describe('A run', () => {
  it('executes exactly as many instructions as asked', () => {
    const machine = machineWith(BUSY);
    for (const count of [1, 7, 1000, 33_333]) {
      const before = machine.instructionCount;
      assert.deepEqual(machine.run(count), { reason: 'budget' });
      assert.equal(machine.instructionCount - before, count);
    }
  });

  it('of a million instructions ends in the same state as many odd slices with hooks that never stop', () => {
    const whole = machineWith(BUSY);
    whole.run(1_000_000);
    const sliced = machineWith(BUSY);
    let hooks = 0;
    sliced.onHook = () => {
      hooks++;
      return false;
    };
    for (let size = 1; sliced.instructionCount < 1_000_000; size = (size * 7 + 3) % 1009) {
      if (size % 50 === 3) {
        sliced.addHook(sliced.registers().eip);
      }
      sliced.run(Math.min(size + 1, 1_000_000 - sliced.instructionCount));
    }
    assert.ok(hooks > 1000);
    assert.equal(sliced.stateHash(), whole.stateHash());
    assert.deepEqual(sliced.statistics(), whole.statistics());
  });

  it('single-stepped ends in the same state', () => {
    const whole = machineWith(BUSY);
    whole.run(60_000);
    const stepped = machineWith(BUSY);
    for (let count = 0; count < 60_000; count++) {
      stepped.step();
    }
    assert.equal(stepped.stateHash(), whole.stateHash());
  });

  it('followed by a profiler ends in the same state, and calls and returns balance', () => {
    const plain = machineWith(BUSY);
    plain.run(300_000);
    const traced = machineWith(BUSY);
    const seen = { call: 0, return: 0, interrupt: 0, interruptReturn: 0 };
    traced.controlFlow = {
      call: () => seen.call++,
      return: () => seen.return++,
      interrupt: () => seen.interrupt++,
      interruptReturn: () => seen.interruptReturn++,
    };
    traced.run(300_000);
    assert.equal(traced.stateHash(), plain.stateHash());
    assert.ok(seen.call > 10_000 && Math.abs(seen.call - seen.return) <= 1);
    // The first return goes to ring 3 without an interrupt before it.
    assert.ok(seen.interrupt > 50 && Math.abs(seen.interruptReturn - seen.interrupt - 1) <= 1);
  });

  it('counts interrupts by vector and INT from ring 3', () => {
    const machine = machineWith(BUSY);
    machine.run(2_000_000);
    const { interrupts, softwareFromUser, tlb } = machine.statistics();
    assert.equal(softwareFromUser.get(0x30), interrupts.get(0x30));
    // 2 million cycles of 133 MHz at 1193182 / 300 Hz.
    assert.ok(Math.abs((interrupts.get(0x20) ?? 0) - 59) <= 1);
    assert.ok(tlb.d.misses > 1000 && tlb.d.hits > tlb.d.misses);
  });
});

describe('A hook', () => {
  it('stops before its instruction, and the next run passes it', () => {
    const machine = machineWith(BUSY);
    machine.run(100_000);
    const image = machine.registers().eip;
    machine.run(5);
    machine.addHook(image);
    machine.onHook = () => true;
    const first = machine.run(1_000_000);
    assert.equal(first.reason, 'hook');
    assert.equal(machine.registers().eip, image);
    const count = machine.instructionCount;
    assert.deepEqual(machine.step(), { reason: 'budget' });
    assert.equal(machine.instructionCount, count + 1);
    assert.equal(machine.run(1_000_000).reason, 'hook');
    machine.removeHook(image);
    assert.equal(machine.run(100_000).reason, 'budget');
  });

  it('may switch profiling on and off, which discards the very block that is running', () => {
    const plain = machineWith(BUSY);
    plain.run(200_000);
    const switched = machineWith(BUSY);
    switched.run(100_000);
    switched.addHook(switched.registers().eip);
    const listener = {
      call: () => undefined,
      return: () => undefined,
      interrupt: () => undefined,
      interruptReturn: () => undefined,
    };
    let times = 0;
    switched.onHook = () => {
      switched.controlFlow = times++ % 2 === 0 ? listener : undefined;
      return false;
    };
    switched.run(100_000);
    assert.ok(times > 100);
    assert.equal(switched.stateHash(), plain.stateHash());
  });

  it('placed while a code page is being filled takes effect at once', () => {
    const machine = machineWith(BUSY);
    const seen: number[] = [];
    machine.onCodePage = (linear, physical) => {
      assert.equal(linear, physical);
      machine.addHook(machine.registers().eip);
    };
    machine.onHook = (address) => {
      seen.push(address);
      return true;
    };
    assert.equal(machine.run(1_000_000).reason, 'hook');
    assert.deepEqual(seen, [machine.registers().eip]);
  });
});

describe('An idle machine', () => {
  it('says so, and goes on at the next event of a device', () => {
    const machine = machineWith(SLEEPY);
    assert.equal(machine.run(1_000_000).reason, 'idle');
    const count = machine.instructionCount;
    assert.equal(machine.run(1_000_000).reason, 'idle');
    assert.equal(machine.instructionCount, count);
    assert.ok(machine.skipIdle());
    assert.equal(machine.run(1_000_000).reason, 'idle');
    assert.ok(machine.instructionCount > count);
  });

  it('is woken in the middle of a wait by an input', () => {
    const machine = machineWith(SLEEPY);
    machine.run(1_000_000);
    assert.equal(machine.advanceIdle(100), 100);
    machine.receiveSerial(0, bytes('hello'));
    machine.run(10_000);
    assert.equal(machine.serial[0], 'hello');
  });

  it('with interrupts disabled is a shutdown', () => {
    const machine = machineWith('.globl start\nstart: cli; hlt');
    assert.equal(machine.run(10).reason, 'shutdown');
  });
});

describe('A recorded input log', () => {
  it('replayed into a fresh machine gives the same output and the same state', () => {
    const recorded = machineWith(SLEEPY);
    const words = ['one ', 'two ', 'a longer line that does not fit into the FIFO ', 'end'];
    words.forEach((word, index) => {
      runSleeping(recorded, 500 * (index + 1) + index);
      recorded.run(3);
      recorded.advanceIdle(17 * index);
      recorded.receiveSerial(0, bytes(word));
    });
    recorded.closeSerial(0);
    runSleeping(recorded, 50_000 - recorded.instructionCount);
    assert.equal(recorded.serial[0], words.join(''));
    const replayed = machineWith(SLEEPY);
    replayed.replay(recorded.inputLog);
    runSleeping(replayed, 50_000);
    assert.equal(replayed.serial[0], words.join(''));
    assert.equal(replayed.stateHash(), recorded.stateHash());
    assert.deepEqual(replayed.inputLog, recorded.inputLog);
  });

  it('replayed from a snapshot in the middle goes on behind the inputs that the snapshot holds', () => {
    const recorded = machineWith(SLEEPY);
    runSleeping(recorded, 1000);
    recorded.receiveSerial(0, bytes('first'));
    runSleeping(recorded, 1000);
    const snapshot = recorded.snapshot();
    recorded.receiveSerial(0, bytes('second'));
    runSleeping(recorded, 3000 - recorded.instructionCount);
    recorded.receiveSerial(0, bytes('third'));
    runSleeping(recorded, 5000 - recorded.instructionCount);
    const again = testMachine();
    again.restore(snapshot);
    again.replay(recorded.inputLog);
    runSleeping(again, 5000 - again.instructionCount);
    assert.equal(again.stateHash(), recorded.stateHash());
    assert.equal(again.serial[0], 'secondthird');
  });
});

describe('A snapshot', () => {
  it('taken anywhere and restored elsewhere leads to the same end', () => {
    const whole = machineWith(BUSY);
    const snapshots = [];
    for (const count of [12_345, 100_001, 400_000]) {
      whole.run(count - whole.instructionCount);
      snapshots.push(whole.snapshot());
    }
    whole.run(700_000 - whole.instructionCount);
    const other = testMachine();
    for (const snapshot of snapshots) {
      other.restore(snapshot);
      other.run(700_000 - other.instructionCount);
      assert.equal(other.stateHash(), whole.stateHash());
      assert.deepEqual(other.statistics(), whole.statistics());
    }
  });

  it('shares the pages that did not change with the one before', () => {
    const machine = machineWith(BUSY);
    machine.run(100_000);
    const first = machine.snapshot();
    machine.run(10);
    const second = machine.snapshot();
    const shared = second.pages.filter((page, index) => page === first.pages[index]).length;
    assert.ok(shared > 4000);
  });

  it('is plain data: it survives a structured clone', () => {
    const machine = machineWith(BUSY);
    machine.run(50_000);
    const copy = structuredClone(machine.snapshot());
    const other = testMachine();
    other.restore(copy);
    assert.equal(other.stateHash(), machine.stateHash());
  });
});

describe('A debugger', () => {
  it('can change code that was decoded', () => {
    const machine = machineWith(`.globl start\nstart: mov $1, %eax; jmp start`);
    machine.run(1000);
    const { eip } = machine.registers();
    machine.run(eip === 0x10000c ? 0 : 1);
    machine.pokePhysical(machine.registers().eip + 1, Uint8Array.of(9));
    machine.run(2);
    assert.equal(machine.registers().eax, 9);
  });

  it('can write registers', () => {
    const machine = machineWith(`.globl start\nstart: add %ecx, %eax; jmp start`);
    machine.writeRegister('ecx', 5);
    machine.writeRegister('eax', 0xffff_ffff);
    machine.step();
    assert.equal(machine.registers().eax, 4);
    assert.equal(machine.registers().eflags & 1, 1);
  });
});

describe('Loading an image', () => {
  const load = (image: Uint8Array) => () => {
    testMachine().loadMultiboot(image, '', []);
  };
  const good = assembleImage(`.globl start\nstart: ${FINISH}`);
  const changed = (offset: number, value: number) => {
    const copy = good.slice();
    copy[offset] = value;
    return copy;
  };
  it('says in one sentence what is wrong', () => {
    assert.throws(load(bytes('not an image at all, only text')), /neither ELF/);
    assert.throws(load(changed(4, 2)), /64-bit/);
    assert.throws(load(changed(18, 62)), /another processor/);
    assert.throws(load(good.slice(0, 40)), /truncated/);
    assert.throws(load(good.slice(0, 100)), /truncated/);
    const magic = good.findIndex(
      (_, at) => good[at] === 2 && good[at + 1] === 0xb0 && good[at + 2] === 0xad,
    );
    assert.throws(load(changed(magic, 3)), /no Multiboot header/);
  });

  it('hands over command line and modules', () => {
    const machine = testMachine();
    const module = { content: bytes('content'), commandLine: 'name=value' };
    machine.loadMultiboot(good, 'console=é', [module]);
    const word = (address: number) =>
      new DataView(machine.peekPhysical(address, 4)!.buffer).getUint32(0, true);
    const { eax, ebx } = machine.registers();
    assert.equal(eax, 0x2badb002);
    const text = (address: number, length: number) =>
      Buffer.from(machine.peekPhysical(address, length)!).toString();
    assert.equal(text(word(ebx + 16), 10), 'console=é');
    const list = word(ebx + 24);
    assert.equal(word(list) % 4096, 0);
    assert.equal(text(word(list), 7), 'content');
    assert.equal(text(word(list + 8), 10), 'name=value');
  });
});
