// The page of a webview: one script, allowed by a nonce, and nothing else. No guest text ever enters the page.
import type * as vscode from 'vscode';

export function webviewPage(webview: vscode.Webview, script: vscode.Uri): string {
  const nonce = makeNonce();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${nonce}">
  body { padding: 8px; color: var(--vscode-foreground); }
  header { display: flex; gap: 12px; align-items: baseline; margin-bottom: 8px; }
  h1 { font-size: 1.1em; margin: 0; }
  canvas { display: block; width: 100%; }
  #legend span { margin-right: 12px; }
  #legend i { display: inline-block; width: 10px; height: 10px; margin-right: 4px; }
  #detail { min-height: 1.4em; margin: 4px 0; }
  table { border-collapse: collapse; margin-top: 12px; font-family: var(--vscode-editor-font-family); }
  td, th { text-align: left; padding: 1px 12px 1px 0; white-space: pre; }
  td:nth-child(-n + 3) { text-align: right; }
</style>
<title>Flame graph</title>
</head>
<body>
<script nonce="${nonce}" src="${webview.asWebviewUri(script).toString()}"></script>
</body>
</html>`;
}

function makeNonce(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
