// The hardware-tagged TLB, which no Pentium had: an option of the machine, so that a kernel's address spaces can be compared
// with and without it. It follows Intel's later process-context identifiers (SDM vol. 3, 4.10.1) in miniature:
//   CPUID leaf 4C345300h   EBX, ECX, EDX: "L4Scope tags"; EAX: bits of a tag. Any other processor answers something else.
//   CR4.TAGS (bit 17)      tags are on; each write of CR4 empties the TLBs, as always.
//   CR3, bits 10-0         the current tag; bit 11 is ignored. A load of CR3 discards nothing: entries of other tags stay
//                          and do not match, those of the new tag match again. G bits have no meaning.
//   INVLPG                 the page under the current tag.
//   MSR 4C345301h          write-only: EDX says what leaves, the table below; anything else is a #GP(0).
// With CR4.TAGS clear, CR3 and the TLBs are the Pentium's.
import { CR3, CR4, CR4_TAGS } from '../registers.ts';
import { TAG_SHIFT, type Tlb } from './tlb.ts';

export const TAG_LEAF = 0x4c34_5300;
/** EAX, EBX, ECX and EDX of the leaf. */
export const TAG_LEAF_ANSWER = [11, 0x6353_344c, 0x2065_706f, 0x7367_6174] as const;
export const TAG_REGISTER = 0x4c34_5301;
const TAG_MASK = 0x7ff;

export function tagsAreOn(r: Int32Array): boolean {
  return (r[CR4] & CR4_TAGS) !== 0;
}

/** The current tag in its place in a TLB key, 0 while tags are off. */
export function tagOf(r: Int32Array): number {
  return tagsAreOn(r) ? (r[CR3] & TAG_MASK) << TAG_SHIFT : 0;
}

/** By EDX: what a write of EAX takes out of a TLB whose pages have 1 << shift bytes. EAX: page address | tag. */
export const INVALIDATIONS: readonly ((eax: number) => (tlb: Tlb, shift: number) => void)[] = [
  /** 0: one page of one tag. */
  (eax) => (tlb, shift) => tlb.drop((eax >>> shift) | ((eax & TAG_MASK) << TAG_SHIFT)),
  /** 1: one tag. */
  (eax) => (tlb) => tlb.dropTag(eax & TAG_MASK),
  /** 2: one page of every tag. */
  (eax) => (tlb, shift) => tlb.dropPageOfAllTags(eax >>> shift),
  /** 3: everything. */
  () => (tlb) => tlb.flush(),
];
