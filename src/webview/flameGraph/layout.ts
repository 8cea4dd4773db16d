// Where each frame of a flame graph stands: pure numbers from the model, no drawing.
import type { FlameNode } from '../../protocol/requests.ts';

export interface Box {
  readonly node: FlameNode;
  readonly isRoot: boolean;
  /** Left edge and width as shares of the whole, 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly depth: number;
}

/**
 * The boxes of what a path leads to and all below it that are at least `least` wide; children stand below their
 * caller, and the frames of the path itself above, as wide as the whole.
 */
export function layout(path: readonly FlameNode[], least: number): Box[] {
  const boxes: Box[] = [];
  const total = Math.max(path.at(-1)?.total ?? 0, 1);
  const visit = (node: FlameNode, left: number, depth: number): void => {
    const width = node.total / total;
    if (width < least) {
      return;
    }
    boxes.push({ node, isRoot: depth === 0, left, width, depth });
    let at = left;
    for (const child of node.children) {
      visit(child, at, depth + 1);
      at += child.total / total;
    }
  };
  path.slice(0, -1).forEach((node, depth) => {
    boxes.push({ node, isRoot: depth === 0, left: 0, width: 1, depth });
  });
  path.slice(-1).forEach((node) => visit(node, 0, path.length - 1));
  return boxes;
}

export function boxAt(boxes: readonly Box[], x: number, depth: number): Box | undefined {
  return boxes.find(
    (box) => box.depth === depth && x >= box.left && x < box.left + Math.max(box.width, 0.001),
  );
}

/** The frames from the root down to a node. */
export function pathTo(root: FlameNode, wanted: FlameNode): FlameNode[] {
  if (root === wanted) {
    return [root];
  }
  const below = root.children.map((child) => pathTo(child, wanted)).find((path) => path.length > 0);
  return below === undefined ? [] : [root, ...below];
}

/** The same path in a newer graph, as far as it goes: a zoom outlives the next stop. */
export function samePath(root: FlameNode, old: readonly FlameNode[]): FlameNode[] {
  const path = [root];
  for (const { name } of old.slice(1)) {
    const next = path.at(-1)?.children.find((child) => child.name === name);
    if (next === undefined) {
      break;
    }
    path.push(next);
  }
  return path;
}
