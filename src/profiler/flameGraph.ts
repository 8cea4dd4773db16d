// Turns a call tree into the model that the flame graph draws, whole or cut to the paths of one system call.
import type { FlameGraphAnswer, FlameNode } from '../protocol/requests.ts';
import type { CallNode } from './callTree.ts';

/** The names of the system calls in a tree, sorted. */
export function systemCallsIn(node: CallNode): string[] {
  const names = new Set<string>();
  const visit = (each: CallNode): void => {
    if (each.systemCall !== undefined) {
      names.add(each.systemCall);
    }
    each.children.forEach(visit);
  };
  visit(node);
  return [...names].sort();
}

export function flameGraph(tree: CallNode, systemCall?: string): FlameGraphAnswer {
  const whole = systemCall === undefined;
  const root = (whole ? convert(tree) : cut(tree, systemCall)) ?? emptyNode(tree);
  const title = whole ? 'All instructions' : `Path of ${systemCall}`;
  return {
    title,
    unit: 'instructions',
    systemCalls: systemCallsIn(tree),
    root,
    text: `${title}, in instructions\n${textTwin(root)}`,
  };
}

function emptyNode(root: CallNode): FlameNode {
  return { name: root.name, world: root.world, total: 0, self: 0, children: [] };
}

function convert(node: CallNode): FlameNode {
  return withChildren(node, node.self, [...node.children.values()].map(convert));
}

/** Only what ran inside the system call; frames above it stay, with no instructions of their own. */
function cut(node: CallNode, systemCall: string): FlameNode | undefined {
  if (node.systemCall === systemCall) {
    return convert(node);
  }
  const children = [...node.children.values()].flatMap((child) => cut(child, systemCall) ?? []);
  return children.length === 0 ? undefined : withChildren(node, 0, children);
}

function withChildren(node: CallNode, self: number, children: FlameNode[]): FlameNode {
  const kept = children.filter((child) => child.total > 0);
  kept.sort((left, right) => right.total - left.total || (left.name < right.name ? -1 : 1));
  const total = kept.reduce((sum, child) => sum + child.total, self);
  return { name: node.name, world: node.world, total, self, children: kept };
}

/** Brendan Gregg's collapsed stacks: "all;main;write 123", one line for each path with instructions of its own. */
export function collapsedStacks(root: CallNode): string {
  const lines: string[] = [];
  const visit = (node: CallNode, path: string): void => {
    if (node.self > 0) {
      // What ran between two threads, while no frame of either was open, is the root's own.
      lines.push(`${path === '' ? node.name : path} ${node.self}`);
    }
    for (const child of node.children.values()) {
      const name = `${child.name.replaceAll(';', ':')}_[${child.world}]`;
      visit(child, path === '' ? name : `${path};${name}`);
    }
  };
  visit(root, '');
  return lines.sort().join('\n') + '\n';
}

/** Share, instructions, name and world of each frame, indented by depth; frames below `least` of the total are left out. */
function textTwin(root: FlameNode, least = 0.005): string {
  const all = Math.max(root.total, 1);
  const lines: string[] = [];
  const visit = (node: FlameNode, depth: number): void => {
    const share = ((node.total / all) * 100).toFixed(1).padStart(5);
    const total = String(node.total).padStart(9);
    const world = depth === 0 ? '' : ` [${node.world}]`; // the root belongs to none
    lines.push(`${share} % ${total}  ${'  '.repeat(depth)}${node.name}${world}\n`);
    for (const child of node.children) {
      if (child.total >= all * least) {
        visit(child, depth + 1);
      }
    }
  };
  visit(root, 0);
  return lines.join('');
}
