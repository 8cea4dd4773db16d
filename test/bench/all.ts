// npm run bench: every benchmark, one after the other.
await import('./run.ts');
await import('./idle.ts');
