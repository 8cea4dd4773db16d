// The one global of the host that the emulator uses: a WebAssembly.Memory, so that compiled code can later share it.
// Declared here because the core's TypeScript settings know no host environment at all.

declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
  }
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: ArrayBuffer;
  }
}
