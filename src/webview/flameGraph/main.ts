// The flame graph in its webview: draws on a canvas, zooms on a click, names what the pointer is on, and lists the
// same as a table. Every text of the guest is set as text.
import type { FromWebview, ToWebview } from '../../protocol/messages.ts';
import { WORLDS, type FlameGraphAnswer, type FlameNode } from '../../protocol/requests.ts';
import { COLOURS, draw, ROW_HEIGHT } from './draw.ts';
import { boxAt, layout, pathTo, samePath, type Box } from './layout.ts';
import { fillTable, shareText } from './table.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromWebview): void };

const api = acquireVsCodeApi();
const page = document.createElement('main');
const nothing = document.getElementById('nothing');
const title = document.createElement('h1');
const choice = document.createElement('select');
const detail = document.createElement('div');
const canvas = document.createElement('canvas');
const table = document.createElement('table');
let graph: FlameGraphAnswer | undefined;
/** From the root to the frame that fills the width. */
let zoom: FlameNode[] = [];
let boxes: Box[] = [];

function build(): void {
  const header = document.createElement('header');
  choice.ariaLabel = 'What is shown';
  header.append(title, choice);
  detail.id = 'detail';
  detail.role = 'status';
  canvas.role = 'img';
  page.hidden = true;
  page.append(header, legend(), detail, canvas, table);
  document.body.append(page);
  choice.addEventListener('change', () => {
    zoom = [];
    api.postMessage({ type: 'selectSystemCall', name: choice.value || undefined });
  });
  canvas.addEventListener('mousemove', (event) => describe(hit(event)));
  canvas.addEventListener('mouseleave', () => describe(undefined));
  canvas.addEventListener('click', (event) => zoomTo(hit(event)?.node));
  window.addEventListener('resize', redraw);
}

function legend(): HTMLElement {
  const list = document.createElement('div');
  list.id = 'legend';
  for (const world of WORLDS) {
    const item = document.createElement('span');
    const colour = document.createElement('i');
    colour.style.background = COLOURS[world].fill;
    item.append(colour, world);
    list.append(item);
  }
  return list;
}

function hit(event: MouseEvent): Box | undefined {
  return boxAt(boxes, event.offsetX / canvas.clientWidth, Math.floor(event.offsetY / ROW_HEIGHT));
}

/** A click on the frame that is already zoomed to goes back to its caller. */
function zoomTo(node: FlameNode | undefined): void {
  if (graph !== undefined && node !== undefined) {
    const path = pathTo(graph.root, node);
    zoom = node === zoom.at(-1) && path.length > 1 ? path.slice(0, -1) : path;
    redraw();
  }
}

function describe(box: Box | undefined): void {
  if (box === undefined || graph === undefined) {
    detail.textContent =
      'Point at a frame for its numbers; click it to zoom in, click it again to go back.';
    return;
  }
  const { node } = box;
  const [total, self] = [node.total, node.self].map((count) => count.toLocaleString('en'));
  const world = box.isRoot ? '' : ` (${node.world})`;
  detail.textContent = `${node.name}${world}: ${total} ${graph.unit}, ${shareText(node, graph.root)}; ${self} of its own`;
}

function redraw(): void {
  boxes = layout(zoom, 0.5 / Math.max(canvas.clientWidth, 1));
  draw(canvas, boxes);
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

function show(answer: FlameGraphAnswer): void {
  const isEmpty = answer.root.total === 0;
  page.hidden = isEmpty;
  if (nothing !== null) {
    nothing.hidden = !isEmpty;
  }
  graph = answer;
  zoom = samePath(answer.root, zoom);
  title.textContent = `${answer.title}: ${answer.root.total.toLocaleString('en')} ${answer.unit}`;
  canvas.ariaLabel = `${title.textContent}. The table below says the same.`;
  fillChoice(answer);
  fillTable(table, answer.root);
  describe(undefined);
  redraw();
}

window.addEventListener('message', (event: MessageEvent<ToWebview>) => show(event.data.graph));

build();
api.postMessage({ type: 'ready' });
