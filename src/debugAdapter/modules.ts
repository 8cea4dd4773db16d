// An image as DAP's Module. A library that lies at two places is two modules.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hex32 } from '../engine/addresses.ts';
import type { LoadedImage } from '../engine/images.ts';

export function moduleOf({ symbols, path, role, bytes }: LoadedImage): DebugProtocol.Module {
  const loads = symbols.elf.segments.filter(({ type }) => type === 1);
  const low = Math.min(...loads.map(({ virtualAddress }) => virtualAddress));
  const high = Math.max(...loads.map((each) => each.virtualAddress + each.memorySize));
  const isLater = role === 'program' && bytes === undefined;
  return {
    id: isLater ? `${path} at ${hex32(low)}` : role,
    name: symbols.name,
    path,
    symbolStatus: symbols.information.units.length > 0 ? 'DWARF' : 'no debug information',
    ...(loads.length === 0 ? {} : { addressRange: `${hex32(low)} to ${hex32(high)}` }),
  };
}
