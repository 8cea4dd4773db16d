// The debug adapter on stdio as one file to run: the test client gives no arguments to what it starts.
process.argv.splice(2, 0, 'dap');
await import('../../bin/l4scope.mjs');
