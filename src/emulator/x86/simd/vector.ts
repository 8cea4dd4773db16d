// A vector operand of 8 or 16 bytes, as lanes of every width over the same bytes (the lowest lane first).

export class Vector {
  readonly bytes = new Uint8Array(16);
  readonly signedBytes = new Int8Array(this.bytes.buffer);
  readonly words = new Uint16Array(this.bytes.buffer);
  readonly signedWords = new Int16Array(this.bytes.buffer);
  readonly doublewords = new Uint32Array(this.bytes.buffer);
  readonly signedDoublewords = new Int32Array(this.bytes.buffer);
  readonly quadwords = new BigUint64Array(this.bytes.buffer);

  set(other: Vector): void {
    this.bytes.set(other.bytes);
  }
}

/** target := target op source, in the first `size` bytes: 8 or 16. */
export type VectorOperation = (target: Vector, source: Vector, size: number) => void;
