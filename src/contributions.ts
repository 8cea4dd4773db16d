// Every id that package.json and the code must agree on; a test holds them against each other.

export const DEBUG_TYPE = 'l4';

/** The panel that holds the views, all side by side. */
export const VIEW_CONTAINER = 'l4scope';

export const VIEW = {
  threads: 'l4scope.threads',
  addressSpaces: 'l4scope.addressSpaces',
  mappingDatabase: 'l4scope.mappingDatabase',
  tlb: 'l4scope.tlb',
  kernelQueues: 'l4scope.kernelQueues',
} as const;

export const COMMAND = {
  breakOnIpcToLinux: 'l4scope.breakOnIpcToLinux',
  showFlameGraph: 'l4scope.showFlameGraph',
  showFlameGraphText: 'l4scope.showFlameGraphText',
  whoMapped: 'l4scope.whoMapped',
  showAllPages: 'l4scope.showAllPages',
  showConsole: 'l4scope.showConsole',
  refresh: 'l4scope.refresh',
} as const;

/** Context keys that the code sets for the "when" clauses of package.json. */
export const CONTEXT = {
  onePageShown: 'l4scope.onePageShown',
} as const;

/** What an item of a tree is, for the menus of package.json. */
export const ITEM = {
  address: 'l4scope.address',
} as const;
