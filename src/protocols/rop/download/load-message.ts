import {
  batches,
  ContentUnavailable,
  type FolderId,
  type Message,
  type MessageContent,
  type MessageId,
  type MessageToRead,
} from '../../../store/index.ts';
import { loadedAhead } from './ahead.ts';
import type { Download } from './download.ts';
import { downloadLimits } from './limits.ts';

/** A message with all of it; `gone`: not in the folder any more; `unavailable`: its content cannot be had now. */
export type LoadedMessage = { readonly message: Message; readonly content: MessageContent } | 'gone' | 'unavailable';

/**
 * Messages of a folder with their contents, in order, some asked for before their turn. What cannot be had is told to
 * the operator and does not end it.
 */
export async function* loadMessages<T extends { readonly id: MessageId }>(
  download: Download,
  folderId: FolderId,
  wanted: readonly T[],
): AsyncGenerator<readonly [T, LoadedMessage]> {
  const load = loader(download, folderId, wanted.length > downloadLimits.keptContents);
  const items = withRows(download, wanted);
  for await (const [{ one }, loaded] of loadedAhead(items, ({ row }) => load(row), downloadLimits.ahead))
    yield [one, loaded];
}

async function* withRows<T extends { readonly id: MessageId }>(download: Download, wanted: readonly T[]) {
  for (const some of batches(wanted, downloadLimits.rowsAtOnce)) {
    // Others take their turn even when nothing is to be waited for.
    await new Promise((resolve) => setImmediate(resolve));
    const rows = await download.mailbox.messagesToRead(some.map(({ id }) => id));
    for (const one of some) {
      const row = rows.get(one.id);
      yield { one, row, size: row?.message.size ?? 0 };
    }
  }
}

/** Never rejects. */
function loader(
  download: Download,
  folderId: FolderId,
  passing: boolean,
): (row: MessageToRead | undefined) => Promise<LoadedMessage> {
  const { mailbox } = download;
  let failures = 0;
  return async (row) => {
    if (row === undefined || row.message.folderId !== folderId) return 'gone';
    const { message } = row;
    const isRemote = message.contentState === 'remote';
    if (isRemote && failures >= downloadLimits.failuresInARow) return 'unavailable';
    try {
      const content = await row.content(passing);
      if (isRemote) failures = 0;
      return { message, content };
    } catch (error) {
      try {
        if ((await mailbox.message(message.id)) === undefined) return 'gone';
      } catch (other) {
        download.report(other);
      }
      // What is wrong with one message says nothing about the next.
      if (isRemote && !(error instanceof ContentUnavailable && error.lasting)) failures += 1;
      download.report(error);
      return 'unavailable';
    }
  };
}
