// A set of interrupt vectors as the local APIC keeps them: 256 bits in eight words.

export class VectorSet {
  private readonly words = new Uint32Array(8);

  add(vector: number): void {
    this.words[vector >> 5] |= 1 << (vector & 31);
  }

  delete(vector: number): void {
    this.words[vector >> 5] &= ~(1 << (vector & 31));
  }

  set(vector: number, member: boolean): void {
    if (member) {
      this.add(vector);
    } else {
      this.delete(vector);
    }
  }

  has(vector: number): boolean {
    return ((this.words[vector >> 5] >>> (vector & 31)) & 1) !== 0;
  }

  /** -1: empty. */
  get highest(): number {
    const word = this.words.findLastIndex((bits) => bits !== 0);
    return word < 0 ? -1 : word * 32 + 31 - Math.clz32(this.words[word]);
  }

  word(index: number): number {
    return this.words[index];
  }

  snapshot(): number[] {
    return [...this.words];
  }

  restore(from: readonly number[]): void {
    this.words.set(from);
  }
}
