// A tree of mappings as an observer has read it from the kernel (mappingDatabase.ts): its nodes, the way to one of them,
// and what of it concerns one page frame.

export interface MappingNode {
  readonly task: number;
  readonly address: number;
  /** Bytes: 4 KB or 4 MB; never more than its parent's. */
  readonly size: number;
  /** Of its first byte. */
  readonly physical: number;
  readonly isWritable: boolean;
  readonly children: readonly MappingNode[];
}

export interface MappingTree {
  /** Undefined: nobody maps the frame by the database. */
  readonly root: MappingNode | undefined;
  /**
   * A link leads nowhere or back, a node has no page-table entry of this frame with its size and rights, a right is
   * wider than the one that it is derived from, or the tree is larger than any that the kernel makes.
   */
  readonly isChanging: boolean;
}

/** The way to the mapping of a page in a tree, from the root to it; undefined: the tree has none. */
export function pathTo(
  node: MappingNode,
  task: number,
  address: number,
): readonly MappingNode[] | undefined {
  if (node.task === task && node.address === address) {
    return [node];
  }
  for (const child of node.children) {
    const path = pathTo(child, task, address);
    if (path !== undefined) {
      return [node, ...path];
    }
  }
  return undefined;
}

/** A tree without the mappings that do not show the byte at a physical address; the root stays in any case. */
export function narrowedTo(node: MappingNode, physical: number): MappingNode {
  const shows = (each: MappingNode): boolean =>
    physical >= each.physical && physical < each.physical + each.size;
  const children = node.children.filter(shows).map((child) => narrowedTo(child, physical));
  return { ...node, children };
}
