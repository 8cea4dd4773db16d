// Bytes of a firmware table under construction: little-endian fields, text of fixed length, and the checksum that
// makes the sum of all bytes zero.

export class TableWriter {
  private readonly bytes: number[] = [];

  byte(...values: number[]): this {
    this.bytes.push(...values.map((value) => value & 0xff));
    return this;
  }

  half(...values: number[]): this {
    values.forEach((value) => this.byte(value, value >>> 8));
    return this;
  }

  word(...values: number[]): this {
    values.forEach((value) => this.half(value, value >>> 16));
    return this;
  }

  /** ASCII, padded with spaces. */
  text(text: string, length: number): this {
    return this.byte(...[...text.padEnd(length)].map((character) => character.charCodeAt(0)));
  }

  zeros(count: number): this {
    return this.byte(...new Array<number>(count).fill(0));
  }

  append(bytes: Iterable<number>): this {
    return this.byte(...bytes);
  }

  get length(): number {
    return this.bytes.length;
  }

  /** `checksumAt`: where the byte stands that makes the sum of the first `length` bytes zero; -1: nowhere. */
  finish(checksumAt: number, length = this.bytes.length): Uint8Array {
    const result = Uint8Array.from(this.bytes);
    if (checksumAt >= 0) {
      result[checksumAt] = 0;
      result[checksumAt] = -result.subarray(0, length).reduce((sum, byte) => sum + byte, 0);
    }
    return result;
  }
}
