// The flame graph as a table, for those who cannot see it and for copying: the heaviest frames, callers above callees.
import type { FlameNode } from '../../protocol/requests.ts';

/** Frames below this share of the whole are left out. */
const LEAST_SHARE = 1 / 200;

export function fillTable(table: HTMLTableElement, root: FlameNode): void {
  table.replaceChildren(row('th', ['share', 'total', 'self', 'frame', 'world']));
  const visit = (node: FlameNode, depth: number): void => {
    if (node.total < root.total * LEAST_SHARE) {
      return;
    }
    const name = '  '.repeat(depth) + node.name;
    const [total, self] = [node.total, node.self].map((count) => count.toLocaleString('en'));
    table.append(
      row('td', [shareText(node, root), total, self, name, depth === 0 ? '' : node.world]),
    );
    node.children.forEach((child) => visit(child, depth + 1));
  };
  visit(root, 0);
}

export function shareText(node: FlameNode, root: FlameNode): string {
  return `${((node.total / Math.max(root.total, 1)) * 100).toFixed(1)} %`;
}

function row(kind: 'td' | 'th', texts: readonly string[]): HTMLTableRowElement {
  const line = document.createElement('tr');
  for (const text of texts) {
    const cell = document.createElement(kind);
    cell.textContent = text;
    line.append(cell);
  }
  return line;
}
