// The Kernel Queues view: who may run, who waits to send to whom, whom the clock will wake, which IPCs are under way.
import {
  REQUEST,
  type IpcRow,
  type KernelQueuesAnswer,
  type QueuedThread,
  type ReadyRingRow,
  type SendQueueRow,
  type SleeperRow,
} from '../protocol/requests.ts';
import { counted, ModelTree, type TreeNode } from './treeNode.ts';

export class KernelQueuesTree extends ModelTree {
  protected async roots(): Promise<readonly TreeNode[]> {
    const answer = await this.model.request<KernelQueuesAnswer>(REQUEST.kernelQueues);
    this.message = answer?.note;
    const queues = answer?.queues;
    if (queues === undefined) {
      return [];
    }
    return [
      branch(
        'ready',
        'Ready',
        counted(threadsIn(queues.ready), 'thread'),
        queues.ready.map(ringNode),
      ),
      branch(
        'senders',
        'Send Queues',
        counted(sendersIn(queues.senders), 'thread'),
        queues.senders.map(queueNode),
      ),
      branch(
        'sleepers',
        'Sleepers',
        `${counted(queues.sleepers.length, 'thread')}, clock ${queues.clock}`,
        queues.sleepers.map(sleeperNode),
      ),
      branch('ipc', 'IPC under Way', counted(queues.ipc.length, 'IPC'), queues.ipc.map(ipcNode)),
    ];
  }
}

const threadsIn = (rings: readonly ReadyRingRow[]): number =>
  rings.reduce((count, ring) => count + ring.threads.length, 0);
const sendersIn = (queues: readonly SendQueueRow[]): number =>
  queues.reduce((count, queue) => count + queue.senders.length, 0);

function branch(id: string, label: string, description: string, children: TreeNode[]): TreeNode {
  return { id: `queue ${id}`, label, description, icon: 'list-ordered', expanded: true, children };
}

function ringNode({ priority, threads }: ReadyRingRow): TreeNode {
  const id = `queue ready ${priority}`;
  return {
    id,
    label: `priority ${priority}`,
    description: counted(threads.length, 'thread'),
    expanded: true,
    children: threads.map((thread) => {
      const remark = thread.remark === '' ? '' : `${thread.remark}, `;
      return threadNode(
        id,
        thread,
        `${remark}${thread.timeslice} left of its time slice`,
        thread.remark === 'running' ? 'play' : undefined,
      );
    }),
  };
}

function queueNode({ receiver, state, senders }: SendQueueRow): TreeNode {
  const id = `queue senders ${receiver.threadId}`;
  return {
    id,
    label: `to ${receiver.name}`,
    description: `${state}, ${counted(senders.length, 'sender')}`,
    expanded: true,
    children: senders.map((sender) =>
      threadNode(id, sender, `${sender.message}, ${sender.timeout}`),
    ),
  };
}

function sleeperNode(sleeper: SleeperRow): TreeNode {
  const { remaining, waitsFor, wakesAt } = sleeper;
  return threadNode(
    'queue sleepers',
    sleeper,
    `in ${remaining}, at ${wakesAt}: ${waitsFor}`,
    'clock',
  );
}

function ipcNode({ threadId, sender, receiver, phase, message }: IpcRow): TreeNode {
  const way = `${sender} → ${receiver}`;
  const what = [phase, message].filter((part) => part !== '').join(': ');
  return {
    id: `queue ipc ${threadId} ${phase}`,
    label: way,
    description: what,
    tooltip: `${way}: ${what}`,
    icon: 'mail',
  };
}

function threadNode(
  parent: string,
  { threadId, name }: QueuedThread,
  description: string,
  icon = 'circle-outline',
): TreeNode {
  return {
    id: `${parent} ${threadId}`,
    label: name,
    description,
    tooltip: `${name}: ${description}`,
    icon,
  };
}
