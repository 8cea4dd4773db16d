// The line number program (DWARF 5, 6.2; versions 2 to 5): a state machine that yields rows of address, file, line.
import { ByteReader, FormatError } from '../../base/bytes.ts';
import type { DebugSections } from './sections.ts';

/** One row of the line table. A row covers addresses up to the next row's; `endSequence` rows only end the one before. */
export interface LineRow {
  readonly address: number;
  readonly file: string;
  readonly line: number;
  readonly isStatement: boolean;
  readonly endSequence: boolean;
}

interface Header {
  readonly version: number;
  readonly minimumInstructionLength: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly operandCounts: readonly number[];
  readonly files: string[];
  /** 1 before DWARF 5, else 0: what file number stands first in `files`. */
  readonly firstFile: number;
  readonly directories: readonly string[];
}

/** Runs the program at `offset` of .debug_line; rows in the order of the program, sequences one after the other. */
export function readLines(
  sections: DebugSections,
  offset: number,
  compilationDirectory: string,
): LineRow[] {
  const reader = new ByteReader(sections.line, 'the section .debug_line', offset);
  const length = reader.u32();
  const program = reader.sub(length);
  const header = readHeader(program, sections, compilationDirectory);
  return new LineMachine(header, program).run();
}

/** The file that a unit's DW_AT_call_file or DW_AT_decl_file names; undefined if there is none of that number. */
export function fileName(
  sections: DebugSections,
  offset: number,
  compilationDirectory: string,
  number: number,
): string | undefined {
  const reader = new ByteReader(sections.line, 'the section .debug_line', offset);
  const header = readHeader(reader.sub(reader.u32()), sections, compilationDirectory);
  return header.files[number - header.firstFile];
}

function readHeader(reader: ByteReader, sections: DebugSections, directory: string): Header {
  const version = reader.u16();
  if (version >= 5) {
    reader.u16(); // address and segment selector sizes
  }
  const headerLength = reader.u32();
  const programStart = reader.position + headerLength;
  const minimumInstructionLength = reader.u8();
  if (version >= 4) {
    reader.u8(); // maximum operations per instruction: 1, the i386 is no VLIW machine
  }
  const defaultIsStatement = reader.u8() !== 0;
  const lineBase = reader.s8();
  const lineRange = reader.u8();
  const opcodeBase = reader.u8();
  const operandCounts = Array.from({ length: opcodeBase - 1 }, () => reader.u8());
  const names = version >= 5 ? newNames(reader, sections) : oldNames(reader, directory);
  reader.position = programStart;
  return {
    version,
    minimumInstructionLength,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts,
    firstFile: version >= 5 ? 0 : 1,
    ...names,
  };
}

function oldNames(
  reader: ByteReader,
  directory: string,
): { files: string[]; directories: string[] } {
  const directories = [directory];
  for (let name = reader.string(); name !== ''; name = reader.string()) {
    directories.push(join(directory, name));
  }
  const files: string[] = [];
  for (let name = reader.string(); name !== ''; name = reader.string()) {
    files.push(join(directories[reader.uleb()] ?? '', name));
    reader.uleb(); // time
    reader.uleb(); // length
  }
  return { files, directories };
}

function newNames(
  reader: ByteReader,
  sections: DebugSections,
): { files: string[]; directories: string[] } {
  const raw = nameTable(reader, sections).map(({ path }) => path);
  const directories = raw.map((path) => join(raw[0] ?? '', path));
  const files = nameTable(reader, sections).map(({ path, directory }) =>
    join(directories[directory] ?? '', path),
  );
  return { files, directories };
}

/** A table of DWARF 5, 6.2.4.1: a format (content type, form)* and that many entries. */
function nameTable(
  reader: ByteReader,
  sections: DebugSections,
): { path: string; directory: number }[] {
  const formats = Array.from({ length: reader.u8() }, () => ({
    content: reader.uleb(),
    form: reader.uleb(),
  }));
  const count = reader.uleb();
  if (count > reader.end - reader.position) {
    throw new FormatError('.debug_line names more files than it has bytes.');
  }
  return Array.from({ length: count }, () => {
    const entry = { path: '', directory: 0 };
    for (const { content, form } of formats) {
      const value = formValue(reader, sections, form);
      if (content === 1) {
        entry.path = String(value);
      } else if (content === 2) {
        entry.directory = Number(value);
      }
    }
    return entry;
  });
}

function formValue(reader: ByteReader, sections: DebugSections, form: number): string | number {
  switch (form) {
    case 0x08:
      return reader.string();
    case 0x0e:
      return new ByteReader(sections.str, '.debug_str', reader.u32()).string();
    case 0x1f:
      return new ByteReader(sections.lineStr, '.debug_line_str', reader.u32()).string();
    case 0x0b:
      return reader.u8();
    case 0x05:
      return reader.u16();
    case 0x06:
      return reader.u32();
    case 0x1e:
      reader.block(16); // MD5
      return 0;
    default:
      return reader.uleb();
  }
}

class LineMachine {
  private readonly header: Header;
  private readonly reader: ByteReader;
  private readonly rows: LineRow[] = [];
  private address = 0;
  private file = 1;
  private line = 1;
  private isStatement: boolean;

  constructor(header: Header, reader: ByteReader) {
    this.header = header;
    this.reader = reader;
    this.isStatement = header.defaultIsStatement;
  }

  run(): LineRow[] {
    while (!this.reader.atEnd) {
      const opcode = this.reader.u8();
      if (opcode >= this.header.opcodeBase) {
        this.special(opcode - this.header.opcodeBase);
      } else if (opcode === 0) {
        this.extended();
      } else {
        this.standard(opcode);
      }
    }
    return this.rows;
  }

  private special(adjusted: number): void {
    if (this.header.lineRange === 0) {
      throw new FormatError('.debug_line has a line range of 0.');
    }
    this.advance(Math.floor(adjusted / this.header.lineRange));
    this.line += this.header.lineBase + (adjusted % this.header.lineRange);
    this.emit(false);
  }

  private extended(): void {
    const body = this.reader.sub(this.reader.uleb());
    if (body.atEnd) {
      return;
    }
    const opcode = body.u8();
    if (opcode === 1) {
      this.emit(true);
      this.reset();
    } else if (opcode === 2) {
      this.address = body.u32();
    } else if (opcode === 3) {
      const name = body.string();
      this.header.files.push(join(this.header.directories[body.uleb()] ?? '', name));
    }
  }

  private standard(opcode: number): void {
    switch (opcode) {
      case 1:
        this.emit(false);
        break;
      case 2:
        this.advance(this.reader.uleb());
        break;
      case 3:
        this.line += this.reader.sleb();
        break;
      case 4:
        this.file = this.reader.uleb();
        break;
      case 6:
        this.isStatement = !this.isStatement;
        break;
      case 8:
        this.advance(Math.floor((255 - this.header.opcodeBase) / this.header.lineRange));
        break;
      case 9:
        this.address += this.reader.u16();
        break;
      default:
        // column, basic block, prologue end, epilogue begin, isa, or one that this reader does not know
        for (let count = this.header.operandCounts[opcode - 1]; count > 0; count -= 1) {
          this.reader.uleb();
        }
    }
  }

  private advance(operations: number): void {
    this.address = (this.address + operations * this.header.minimumInstructionLength) >>> 0;
  }

  private emit(endSequence: boolean): void {
    this.rows.push({
      address: this.address,
      file: this.header.files[this.file - this.header.firstFile] ?? '',
      line: this.line,
      isStatement: this.isStatement,
      endSequence,
    });
  }

  private reset(): void {
    this.address = 0;
    this.file = 1;
    this.line = 1;
    this.isStatement = this.header.defaultIsStatement;
  }
}

/** Joins a directory and a path, and removes "." and ".." components. */
export function join(directory: string, path: string): string {
  const whole = path.startsWith('/') || directory === '' ? path : `${directory}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') {
      parts.pop();
    } else if (part !== '.' && (part !== '' || parts.length === 0)) {
      parts.push(part);
    }
  }
  return parts.join('/');
}
