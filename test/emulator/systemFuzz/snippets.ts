// The instructions of the system-level fuzz, each with what it is fed. A snippet ends in INT3; one that loads SS brings
// a good stack back before that, because INT3 at ring 0 pushes on the stack that is there.

/** Which registers and words a snippet wants: selectors, memory in the test region, or a far pointer on the stack. */
export type Diet = 'selector' | 'memory' | 'stack' | 'plain';

export interface Snippet {
  readonly name: string;
  readonly text: string;
  readonly diet: Diet;
  /** Levels it is run at. */
  readonly rings: readonly number[];
}

const BOTH = [0, 3];

function rows(diet: Diet, rings: readonly number[], list: readonly string[]): Snippet[] {
  return list.map((text) => ({ name: text.split('\n')[0], text, diet, rings }));
}

const keepStack = (selector: number): string =>
  `\nmov %ss, %ecx\nmov $${selector}, %eax\nmov %ax, %ss\nmov $0, %eax`;

function stackSegment(rings: readonly number[], selector: number): Snippet[] {
  return rows('stack', rings, [
    `mov %dx, %ss${keepStack(selector)}`,
    `mov %esp, %edi\npop %ss\nmov %edi, %esp${keepStack(selector)}`,
    `mov %esp, %edi\nlss (%esp), %esp\nmov %edi, %esp${keepStack(selector)}`,
  ]);
}

export const SNIPPETS: readonly Snippet[] = [
  ...rows('selector', BOTH, [
    ...['ds', 'es', 'fs', 'gs'].map((segment) => `mov %ax, %${segment}`),
    ...['lar %ax, %ecx', 'lar %ax, %cx', 'lsl %ax, %ecx', 'lsl %ax, %cx'],
    ...['verr %ax', 'verw %ax', 'lldt %ax', 'ltr %ax', 'arpl %ax, %cx'],
  ]),
  ...rows('stack', BOTH, [
    ...['pop %ds', 'pop %es', 'pop %fs', 'pop %gs', 'popw %fs'],
    ...['les (%esp), %edi', 'lds (%esp), %esi', 'lfs (%esp), %ecx', 'lgsw (%esp), %cx'],
    ...['ljmp *(%esp)', 'lcall *(%esp)', 'lret', 'lret $8', 'iret', 'popf', 'popfw'],
    ...['ljmpw *(%esp)', 'lcallw *(%esp)', 'lretw', 'iretw'],
  ]),
  ...stackSegment([0], 0x10),
  ...stackSegment([3], 0x23),
  ...rows('memory', BOTH, [
    ...['mov (%esi), %ecx', 'mov %eax, (%esi)', 'orl %eax, (%esi)', 'movb (%esi), %cl'],
    ...['push (%esi)', 'push $0xcccccccc\npop (%esi)', 'xchg %eax, (%esi)', 'cmpxchg %eax, (%esi)'],
    ...['movsl', 'movsb', 'mov $5, %ecx\nrep movsl', 'mov $3, %ecx\nrep stosl', 'cmpsl'],
    ...[
      'scasb',
      'lodsw',
      'call *%esi',
      'jmp *%esi',
      'mov %esp, %edi\nmov %esi, %ebp\nleave\nmov %edi, %esp',
      'btsl $7, (%esi)',
    ],
    ...['movw %ax, (%esi)', 'invlpg (%esi)', 'sldt (%esi)', 'sgdt (%esi)', 'cmpxchg8b (%esi)'],
    ...['call *(%esi)', 'bound %eax, (%esi)', 'incl (%esi)\ndecl (%esi)', 'movzwl (%esi), %ecx'],
  ]),
  ...rows('plain', BOTH, [
    ...Array.from({ length: 8 }, (_, index) => `int $0x${(0x30 + index).toString(16)}`),
    ...['int $0x38', 'int $13', 'into', 'cli', 'sti', 'pushf\npop %ecx', 'clts', 'str %eax'],
    ...['sldt %eax', 'smsw %eax', 'lmsw %ax', 'mov %cr0, %eax', 'mov %cr3, %eax\nmov %eax, %cr3'],
    ...['in $0x80, %al', 'out %al, $0x80', 'ud2', '.byte 0xf0, 0x90', 'enter $16, $3', 'aam $0'],
    ...['xor %edx, %edx\ndiv %edx', 'push %cs\npop %ecx', 'push %fs\npop %ecx'],
  ]),
];
