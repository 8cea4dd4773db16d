// The arguments of a launch request of debug type "l4", as package.json declares them.

export interface LaunchArguments {
  /**
   * A static i386 ELF file on the host, or a C file whose program stands beside it or is bundled; with `root` a path inside
   * of that. None: the shell of the root file system.
   */
  readonly program?: string;
  /** A directory on the host that the guest sees as its root file system and never writes to. */
  readonly root?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stopOnEntry?: boolean;
  readonly system?: 'l4linux' | 'native';
  readonly syscalls?: 'library' | 'trampoline';
  /** The Linux server's address space on L4. */
  readonly serverSpace?: 'small' | 'large';
  readonly cpu?:
    | 'pentium'
    | 'pentium+mmx'
    | 'i686'
    | 'i686+mmx'
    | 'i686+sse'
    | 'i686+sse2'
    | 'i686+sse3'
    | 'i686+ssse3'
    | 'i686+movbe';
  /** tagged: the TLBs tell address spaces apart, which no Pentium's do. */
  readonly tlb?: 'untagged' | 'tagged';
  /** Megabytes of guest memory, 16 to 256. */
  readonly memory?: number;
  /** Record call paths from the start, for the flame graph. */
  readonly profile?: boolean;
  readonly noDebug?: boolean;
}
