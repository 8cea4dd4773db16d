// The messages between the extension host and the flame-graph webview.
import type { FlameGraphAnswer } from './requests.ts';

export type ToWebview = { readonly type: 'flameGraph'; readonly graph: FlameGraphAnswer };

export type FromWebview =
  | { readonly type: 'ready' }
  | { readonly type: 'selectSystemCall'; readonly name: string | undefined };
