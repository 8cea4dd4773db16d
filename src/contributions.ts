// Every id that package.json and the code must agree on; a test holds them against each other.

export const DEBUG_TYPE = 'l4';

export const VIEW = {
  threads: 'l4scope.threads',
  addressSpaces: 'l4scope.addressSpaces',
  mappingDatabase: 'l4scope.mappingDatabase',
  tlb: 'l4scope.tlb',
} as const;

export const COMMAND = {
  breakOnIpcToLinux: 'l4scope.breakOnIpcToLinux',
  showFlameGraph: 'l4scope.showFlameGraph',
  showFlameGraphText: 'l4scope.showFlameGraphText',
  whoMapped: 'l4scope.whoMapped',
  showConsole: 'l4scope.showConsole',
  refresh: 'l4scope.refresh',
} as const;
