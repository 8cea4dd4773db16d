// Runs a Multiboot image in v86 until it writes port 0xF4, and says how long that took. The debug build of its script
// is used because only there the names that reach the processor are readable; the WebAssembly is the release one.
import path from 'node:path';

const BUILD = path.resolve('node_modules/v86/build');

/** The little of v86 that is used here. */
interface V86Cpu {
  readonly io: {
    register_write(port: number, device: object, write: (value: number) => void): void;
  };
  load_multiboot(image: ArrayBuffer): void;
}

interface V86Emulator {
  readonly v86: { readonly cpu: V86Cpu };
  add_listener(name: string, listener: () => void): void;
  run(): Promise<void>;
  stop(): Promise<void>;
  destroy(): Promise<void>;
}

type V86Constructor = new (options: object) => V86Emulator;

export async function secondsInV86(image: Uint8Array): Promise<number> {
  const module = (await import(path.join(BUILD, 'libv86-debug.mjs'))) as { V86: V86Constructor };
  const emulator = new module.V86({
    wasm_path: path.join(BUILD, 'v86.wasm'),
    memory_size: 32 << 20,
    autostart: false,
    disable_speaker: true,
    log_level: 0,
  });
  await new Promise<void>((resolve) => {
    emulator.add_listener('emulator-loaded', resolve);
  });
  const { cpu } = emulator.v86;
  cpu.load_multiboot(image.slice().buffer);
  const seconds = await new Promise<number>((resolve) => {
    const start = process.cpuUsage();
    // The image is loaded through a device at the same port, so this is registered after it.
    cpu.io.register_write(0xf4, {}, () => {
      resolve(process.cpuUsage(start).user / 1e6);
    });
    void emulator.run();
  });
  await emulator.stop();
  await emulator.destroy();
  return seconds;
}
