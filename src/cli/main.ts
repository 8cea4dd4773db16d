// The command line's entry: picks the command, and turns every failure into one line and an exit status.
import { messageOf, UserError } from '../engine/userError.ts';
import type { Host } from '../engine/host.ts';
import { boot } from './boot.ts';
import { dap } from './dap.ts';
import { nodeHost } from './nodeHost.ts';
import { COMMANDS, helpText, parseOptions, type ParsedOptions } from './options.ts';
import { run } from './run.ts';

const ACTIONS: Readonly<Record<string, (host: Host, parsed: ParsedOptions) => Promise<number>>> = {
  run,
  boot,
  dap,
};

/** `root` is the folder that holds the guest images and sources. Resolves with the exit status. */
export async function main(root: string, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const isCommand = name !== undefined && Object.hasOwn(COMMANDS, name);
  const ownOptions =
    name === 'run'
      ? rest.slice(
          0,
          rest.findIndex((word) => !word.startsWith('--')),
        )
      : rest;
  if (name === '--help' || name === 'help' || (isCommand && ownOptions.includes('--help'))) {
    process.stdout.write(helpText(isCommand ? name : undefined));
    return 0;
  }
  try {
    if (!isCommand) {
      const reason = name === undefined ? 'a command is missing' : `there is no command "${name}"`;
      throw new UserError(`${reason}; the commands are run, boot and dap, see l4scope --help.`, 2);
    }
    return await ACTIONS[name](nodeHost(root), parseOptions(name, rest));
  } catch (error) {
    process.stderr.write(`l4scope: ${messageOf(error)}\n`);
    return error instanceof UserError ? error.exitStatus : 1;
  }
}
