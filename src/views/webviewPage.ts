// The page of a webview: one script, allowed by a nonce, and a text for when there is nothing to show. No guest text
// ever enters the page; the script sets it as text.
import type * as vscode from 'vscode';

export function webviewPage(
  webview: vscode.Webview,
  script: vscode.Uri,
  nothingYet: string,
): string {
  const nonce = makeNonce();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${nonce}">
  body { padding: 8px; color: var(--vscode-foreground); }
  [hidden] { display: none !important; }
  header { display: flex; flex-wrap: wrap; gap: 12px; align-items: baseline; margin-bottom: 8px; }
  h1 { font-size: 1.1em; margin: 0; }
  canvas { display: block; width: 100%; }
  #legend span { margin-right: 12px; }
  #legend { margin-bottom: 4px; }
  select { color: var(--vscode-dropdown-foreground); background: var(--vscode-dropdown-background); border: 1px solid var(--vscode-dropdown-border); }
  #legend i { display: inline-block; width: 10px; height: 10px; margin-right: 4px; }
  #detail { min-height: 1.4em; margin: 4px 0; }
  table { border-collapse: collapse; margin-top: 12px; font-family: var(--vscode-editor-font-family); }
  td, th { text-align: left; padding: 1px 12px 1px 0; white-space: pre; }
  td:nth-child(-n + 3), th:nth-child(-n + 3) { text-align: right; }
</style>
<title>Flame graph</title>
</head>
<body>
<p id="nothing">${nothingYet}</p>
<script nonce="${nonce}" src="${webview.asWebviewUri(script).toString()}"></script>
</body>
</html>`;
}

function makeNonce(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
