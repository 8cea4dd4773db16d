// The flame graph in its webview: draws on a canvas, zooms on a click, names what the pointer is on, and lists the
// same as a table. Every text of the guest is set as text.
import type { FromWebview, ToWebview } from '../../protocol/messages.ts';
import {
  WORLDS,
  type FlameGraphAnswer,
  type FlameNode,
  type World,
} from '../../protocol/requests.ts';
import { boxAt, layout, type Box } from './layout.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromWebview): void };

const ROW = 20;

/** One colour a world, told apart in light and dark themes; the legend names them. */
const COLOURS: Readonly<Record<World, string>> = {
  user: '#4e9a5b',
  library: '#c2a33a',
  kernel: '#c4574b',
  server: '#4a7fc1',
  sigma0: '#8a63b8',
  idle: '#8a8a8a',
};

const api = acquireVsCodeApi();
const canvas = document.createElement('canvas');
const title = document.createElement('h1');
const detail = document.createElement('div');
const choice = document.createElement('select');
const table = document.createElement('table');
let graph: FlameGraphAnswer | undefined;
let zoomed: FlameNode | undefined;
let boxes: Box[] = [];

function build(): void {
  const header = document.createElement('header');
  choice.ariaLabel = 'System call';
  header.append(title, choice);
  detail.id = 'detail';
  detail.role = 'status';
  canvas.role = 'img';
  document.body.append(header, legend(), detail, canvas, table);
  choice.addEventListener('change', () => {
    zoomed = undefined;
    api.postMessage({ type: 'selectSystemCall', name: choice.value || undefined });
  });
  canvas.addEventListener('mousemove', (event) => describe(hit(event)));
  canvas.addEventListener('click', (event) => {
    const box = hit(event);
    zoomed = box?.node === zoomed || box?.depth === 0 ? undefined : box?.node;
    draw();
  });
  window.addEventListener('resize', draw);
}

function legend(): HTMLElement {
  const list = document.createElement('div');
  list.id = 'legend';
  for (const world of WORLDS) {
    const item = document.createElement('span');
    const colour = document.createElement('i');
    colour.style.background = COLOURS[world];
    item.append(colour, world);
    list.append(item);
  }
  return list;
}

function hit(event: MouseEvent): Box | undefined {
  return boxAt(boxes, event.offsetX / canvas.clientWidth, Math.floor(event.offsetY / ROW));
}

function describe(box: Box | undefined): void {
  const { node } = box ?? {};
  const share = node && graph ? (node.total / Math.max(graph.root.total, 1)) * 100 : 0;
  detail.textContent = node
    ? `${node.name} [${node.world}]: ${node.total} instructions (${share.toFixed(1)} %), ${node.self} of its own`
    : '';
}

function draw(): void {
  const context = canvas.getContext('2d');
  if (graph === undefined || context === null) {
    return;
  }
  const width = canvas.clientWidth;
  boxes = layout(zoomed ?? graph.root, 0.5 / Math.max(width, 1));
  const height = (Math.max(...boxes.map((box) => box.depth)) + 1) * ROW;
  const scale = window.devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = `${height}px`;
  context.scale(scale, scale);
  context.font = '12px sans-serif';
  context.textBaseline = 'middle';
  boxes.forEach((box) => drawBox(context, box, width));
}

function drawBox(context: CanvasRenderingContext2D, box: Box, width: number): void {
  const [left, top, wide] = [box.left * width, box.depth * ROW, box.width * width];
  context.fillStyle = COLOURS[box.node.world];
  context.fillRect(left, top, Math.max(wide - 1, 0.5), ROW - 1);
  if (wide > 24) {
    context.save();
    context.beginPath();
    context.rect(left, top, wide - 3, ROW);
    context.clip();
    context.fillStyle = '#ffffff';
    context.fillText(box.node.name, left + 4, top + ROW / 2);
    context.restore();
  }
}

/** The table is the graph for those who cannot see it: the heaviest frames with their worlds. */
function fillTable(): void {
  table.replaceChildren(row('th', ['share', 'total', 'self', 'frame', 'world']));
  const total = Math.max(graph?.root.total ?? 0, 1);
  const visit = (node: FlameNode, depth: number): void => {
    if (node.total < total / 200) {
      return;
    }
    const share = `${((node.total / total) * 100).toFixed(1)} %`;
    const name = '  '.repeat(depth) + node.name;
    table.append(row('td', [share, String(node.total), String(node.self), name, node.world]));
    node.children.forEach((child) => visit(child, depth + 1));
  };
  if (graph !== undefined) {
    visit(graph.root, 0);
  }
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

function fillChoice(answer: FlameGraphAnswer): void {
  const selected = choice.value;
  const option = (value: string, text: string): HTMLOptionElement => {
    const item = document.createElement('option');
    item.value = value;
    item.textContent = text;
    return item;
  };
  choice.replaceChildren(
    option('', 'All instructions'),
    ...answer.systemCalls.map((name) => option(name, `Path of ${name}`)),
  );
  choice.value = answer.systemCalls.includes(selected) ? selected : '';
}

window.addEventListener('message', (event: MessageEvent<ToWebview>) => {
  graph = event.data.graph;
  zoomed = undefined;
  title.textContent = `${graph.title}: ${graph.root.total} ${graph.unit}`;
  canvas.ariaLabel = `${title.textContent}. The table below says the same.`;
  fillChoice(graph);
  fillTable();
  draw();
});

build();
api.postMessage({ type: 'ready' });
