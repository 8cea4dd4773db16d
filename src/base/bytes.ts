// A bounds-checked little-endian reader over bytes. Everything that parses a file written by somebody else
// (ELF, DWARF, notes) goes through it, so a truncated or hostile file ends in a FormatError, never in garbage.

/** The input is malformed; the message is one sentence for the person who supplied it. */
export class FormatError extends Error {
  override name = 'FormatError';
}

export class ByteReader {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly what: string;
  position: number;
  readonly end: number;

  /** Reads `bytes` from `position` up to, not including, `end`; `what` names the data in error messages. */
  constructor(bytes: Uint8Array, what: string, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.what = what;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
    this.end = Math.min(end, bytes.length);
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  private take(length: number): number {
    const at = this.position;
    if (length < 0 || at < 0 || at + length > this.end) {
      throw new FormatError(`${this.what} is truncated at offset ${at}.`);
    }
    this.position = at + length;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  s8(): number {
    return this.view.getInt8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u24(): number {
    return this.u16() | (this.u8() << 16);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  s32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  /** 64 bits as a number; exact up to 2^53. */
  u64(): number {
    const low = this.u32();
    return low + this.u32() * 0x1_0000_0000;
  }

  /** Unsigned LEB128 (DWARF 5, 7.6). */
  uleb(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) {
        return result;
      }
      scale *= 128;
    }
  }

  /** Signed LEB128 (DWARF 5, 7.6). */
  sleb(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      scale *= 128;
      if ((byte & 0x80) === 0) {
        return (byte & 0x40) !== 0 ? result - scale : result;
      }
    }
  }

  block(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A NUL-terminated string; the NUL is consumed. */
  string(): string {
    let stop = this.position;
    while (stop < this.end && this.bytes[stop] !== 0) {
      stop += 1;
    }
    const at = this.take(stop - this.position + 1);
    return latin1(this.bytes.subarray(at, stop));
  }

  align(to: number): void {
    this.position = Math.ceil(this.position / to) * to;
  }

  /** A reader over `length` bytes from here, which are skipped. */
  sub(length: number): ByteReader {
    const at = this.take(length);
    return new ByteReader(this.bytes, this.what, at, at + length);
  }
}

/** Bytes as text, one character a byte: total, and never longer than its input. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return text;
}

export function hex(value: number, digits = 8): string {
  return '0x' + value.toString(16).padStart(digits, '0');
}
