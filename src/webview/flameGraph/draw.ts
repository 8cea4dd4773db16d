// Draws the boxes of a flame graph on a canvas, each in the colour of its world.
import type { World } from '../../protocol/requests.ts';
import type { Box } from './layout.ts';

export const ROW_HEIGHT = 20;
const NARROWEST_NAMED = 24;

/** One colour a world, with a text colour that can be read on it; the legend and the table name the worlds too. */
export const COLOURS: Readonly<Record<World, { readonly fill: string; readonly text: string }>> = {
  user: { fill: '#2f7d3e', text: '#ffffff' },
  library: { fill: '#d9b740', text: '#000000' },
  kernel: { fill: '#b9443b', text: '#ffffff' },
  server: { fill: '#386fb5', text: '#ffffff' },
  sigma0: { fill: '#7c55ab', text: '#ffffff' },
  idle: { fill: '#6d6d6d', text: '#ffffff' },
};

/** The frame around everything belongs to no world. */
const ROOT_COLOUR = COLOURS.idle;

export function draw(canvas: HTMLCanvasElement, boxes: readonly Box[]): void {
  const context = canvas.getContext('2d');
  if (context === null) {
    return;
  }
  const width = canvas.clientWidth;
  const height = (Math.max(0, ...boxes.map((box) => box.depth)) + 1) * ROW_HEIGHT;
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
  const [left, top, wide] = [box.left * width, box.depth * ROW_HEIGHT, box.width * width];
  const colour = box.isRoot ? ROOT_COLOUR : COLOURS[box.node.world];
  context.fillStyle = colour.fill;
  context.fillRect(left, top, Math.max(wide - 1, 0.5), ROW_HEIGHT - 1);
  if (wide > NARROWEST_NAMED) {
    context.save();
    context.beginPath();
    context.rect(left, top, wide - 3, ROW_HEIGHT);
    context.clip();
    context.fillStyle = colour.text;
    context.fillText(box.node.name, left + 4, top + ROW_HEIGHT / 2);
    context.restore();
  }
}
