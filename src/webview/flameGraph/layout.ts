// Where each frame of a flame graph stands: pure numbers from the model, no drawing.
import type { FlameNode } from '../../protocol/requests.ts';

export interface Box {
  readonly node: FlameNode;
  /** Left edge and width as shares of the whole, 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly depth: number;
}

/** The boxes of `root` and all below it that are at least `least` wide; children stand below their caller. */
export function layout(root: FlameNode, least: number): Box[] {
  const boxes: Box[] = [];
  const total = Math.max(root.total, 1);
  const visit = (node: FlameNode, left: number, depth: number): void => {
    const width = node.total / total;
    if (width < least) {
      return;
    }
    boxes.push({ node, left, width, depth });
    let at = left;
    for (const child of node.children) {
      visit(child, at, depth + 1);
      at += child.total / total;
    }
  };
  visit(root, 0, 0);
  return boxes;
}

export function boxAt(boxes: readonly Box[], x: number, depth: number): Box | undefined {
  return boxes.find(
    (box) => box.depth === depth && x >= box.left && x < box.left + Math.max(box.width, 0.001),
  );
}
